import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../context.js'
import { decoderOf } from '../platform/encoding.js'
import { orFileTrouble } from '../platform/file-errors.js'
import { programEnvironment } from '../postgres/libpq-environment.js'
import type { Programs } from '../postgres/programs.js'

export interface ListedEntry {
  /** Its number in the archive, by which pg_restore finds it and names it in errors. */
  dumpId: number
  /** `2606 16403`: the oids of the system catalog and of the object in it. */
  catalogId: string
  /** `FK CONSTRAINT public parts parts_animal_fkey masclet` */
  text: string
}

/**
 * The entries of an archive that pg_restore would restore with these arguments, in its order. With `--section`, that is
 * the one way to know which section a comment, a privilege or a label is in: they have none of their own, and count to
 * that of the entry before them.
 *
 * @param encoding that of the source, in which the names in the archive are
 */
export async function listEntries(
  programs: Programs,
  archive: string,
  args: readonly string[],
  encoding: string,
  { processes, environment }: Pick<Context, 'processes' | 'environment'>,
): Promise<ListedEntry[]> {
  const entries: ListedEntry[] = []
  await processes.run({
    ...programs.command('pg_restore', ['--list', ...args, archive]),
    env: programEnvironment(environment),
    doing: `listing the contents of ${archive}`,
    decode: decoderOf(encoding),
    stdout: (line) => {
      const entry = listedEntry(line)
      if (entry !== null) entries.push(entry)
    },
  })
  return entries
}

/** Writes a list for `pg_restore --use-list`, which reads no more than the number of each entry. */
export async function writeUseList(
  entries: readonly Pick<ListedEntry, 'dumpId'>[],
  { workspace }: Pick<Context, 'workspace'>,
): Promise<string> {
  const file = path.join(await workspace.folder('list'), 'entries')
  const text = entries.map(({ dumpId }) => `${dumpId};\n`).join('')
  await orFileTrouble(`writing the list of what is restored, ${file}`, () => writeFile(file, text, { mode: 0o600 }))
  return file
}

/** Of `3456; 2606 16403 FK CONSTRAINT public parts parts_animal_fkey masclet`; null of what is no entry. */
function listedEntry(line: string): ListedEntry | null {
  const [, dumpId, catalogId, text] = /^(\d+); (\d+ \d+) (.*)$/.exec(line) ?? []
  return dumpId === undefined || catalogId === undefined || text === undefined
    ? null
    : { dumpId: Number(dumpId), catalogId, text }
}

/** A name as pg_restore's list shows it: line ends would break the list, so they are spaces there. */
export function listedName(name: string): string {
  return name.replaceAll(/[\r\n]/g, ' ')
}
