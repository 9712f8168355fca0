import type { Complaint } from './complaint.js'

/** One kind of thing that a server can lack, however good the backup is. */
interface Lack {
  /** Whether this complaint says so: by SQLSTATE and by what was asked, never by the server's words. */
  is: (complaint: Asked) => boolean
  /** What to do, full sentences. */
  advice: string
}

interface Asked extends Required<Pick<Complaint, 'state' | 'about' | 'statement' | 'message'>> {
  hint: string
}

const AGAIN = 'then start again. The backup is not at fault.'

/** Something is not there (42704), or its value is not known (22023), or it may not be set so (55P02, 42602). */
const NOT_KNOWN = new Set(['42704', '22023', '55P02', '42602'])

const SETTING = /\bSET (?:"((?:[^"]|"")+)"|([\w.]+)) (?:TO|=) /g

const SYSTEM_COLLATION = /\bCOLLATE pg_catalog\."((?:[^"]|"")+)"/g

const LACKS: readonly Lack[] = [
  {
    // The schema of an extension comes from the backup; everything else of it comes from the server.
    is: ({ about, statement, state }) => isA('EXTENSION', about, statement) && state !== '3F000',
    advice: `The server cannot create this extension. Install it there, with all that it needs (its library in shared_preload_libraries, its rights), ${AGAIN}`,
  },
  {
    is: ({ statement, state }) =>
      /\bLANGUAGE\s+"?c"?(?![\w"])/i.test(statement) && ['58P01', 'XX000', '42883', '42501'].includes(state),
    advice: `The server lacks the C library of this function, or has another version of it. Install the library there, ${AGAIN}`,
  },
  {
    is: ({ state }) => ['58P01', '58P02', 'F0000', 'F0001'].includes(state),
    advice: `The server lacks a file that the definition needs, such as a dictionary, a list of stop words or a library. Copy it there from the source's server, ${AGAIN}`,
  },
  {
    // Those of pg_catalog come from the server's machine, and are in no dump.
    is: ({ about, statement, state, message }) =>
      (isA('COLLATION', about, statement) && ['22023', '42704', '0A000', 'XX000', '58P01'].includes(state)) ||
      (state === '42704' && named(statement, SYSTEM_COLLATION).some((name) => message.includes(name))),
    advice: `The server's machine lacks the locale of this collation. Install it there, run pg_import_system_collations, ${AGAIN}`,
  },
  {
    is: ({ about, statement }) => isA('PROCEDURAL LANGUAGE', about, statement),
    advice: `The server lacks this procedural language. Install its package there, ${AGAIN}`,
  },
  {
    is: ({ about, statement }) => isA('ACCESS METHOD', about, statement),
    advice: `The server lacks what this access method is made of. Install its extension there, ${AGAIN}`,
  },
  {
    is: ({ state, message }) =>
      state === '22023' && /["'»«„“”‘’ ]([A-Z][A-Za-z]+\/[A-Z][\w/+-]+)["'»«„“”‘’ ]/.test(message),
    advice: `The server does not know this time zone: its time zone data are older than the source's. Update them (package tzdata), ${AGAIN}`,
  },
  {
    is: ({ state, statement, message }) =>
      NOT_KNOWN.has(state) && named(statement, SETTING).some((name) => message.includes(name)),
    advice: `The server does not know this setting or this value of it. Load there the library that defines it, ${AGAIN}`,
  },
  {
    is: ({ state, statement }) => state === '42704' && /\bTABLESPACE\b/.test(statement),
    advice: `The server lacks this tablespace. Create it there, ${AGAIN}`,
  },
  {
    // The server was built without libxml, ICU, LZ4 or Zstandard: names that no language translates.
    is: ({ state, message, statement }) =>
      state === '0A000' && (/\b(XML|ICU|LZ4|lz4|zstd)/.test(message) || /\bSET COMPRESSION\b/.test(statement)),
    advice: `The server was built without something that the source's has. Use a build that has it, ${AGAIN}`,
  },
  {
    is: ({ state }) => state === '22P05',
    advice: `The database that was restored into has an encoding that lacks these characters. Use one of the source's encoding, ${AGAIN}`,
  },
]

/**
 * What to do about something that the server lacks, where that is why it complained; null where the complaint may be about
 * the backup.
 */
export function lackOf({ by, state, about, statement = '', message, hint = '' }: Complaint): string | null {
  if (by !== 'server' || state === undefined) {
    return null
  }
  return LACKS.find(({ is }) => is({ state, about, statement, message, hint }))?.advice ?? null
}

function isA(kind: string, about: string, statement: string): boolean {
  const created =
    /^CREATE (?:OR REPLACE )?(?:TRUSTED )?((?:PROCEDURAL )?LANGUAGE|EXTENSION|COLLATION|ACCESS METHOD)\b/.exec(
      statement.trimStart(),
    )?.[1]
  return about.startsWith(`${kind} `) || created === kind || (kind === 'PROCEDURAL LANGUAGE' && created === 'LANGUAGE')
}

/** Names that a statement gives at this place. */
function named(statement: string, place: RegExp): string[] {
  return [...statement.matchAll(place)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
}
