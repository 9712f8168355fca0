import { describe, expect, test } from '@jest/globals'
import { ScriptPieces, type Piece } from '../../../src/restore/script-pieces.js'
import {
  beginsTransaction,
  endsTransaction,
  entryOf,
  isOfEventTrigger,
  isSetting,
  stageOf,
  type Stage,
} from '../../../src/restore/script-words.js'

const SCRIPT = `\\restrict key
--
-- Name: f(); Type: FUNCTION; Schema: public; Owner: me
--

CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'a;b' $$;
COPY "t;
u" (a) FROM stdin;
1;
SELECT 'a row';
\\.

SELECT 'no
\\command', E'\\';';
\\unrestrict key
`

/** Where it is cut, as what came before each cut. */
async function cutsOf(size: number): Promise<{ cuts: string[]; text: string; places: boolean }> {
  // A mark of Windows' editors, which no stream cuts.
  const mark = size < 3 ? '' : '\ufeff'
  const bytes = Buffer.from(mark + SCRIPT)
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    await Promise.resolve()
  }
  const cuts: string[] = []
  let text = ''
  let open = ''
  let places = true
  for await (const piece of new ScriptPieces().of(chunks())) {
    if (piece.kind === 'text') {
      places &&= bytes.subarray(piece.at, piece.at + piece.bytes.length).equals(piece.bytes)
      text += piece.bytes.toString('latin1')
      open += piece.bytes.toString('latin1')
    } else if (piece.kind !== 'comment') {
      cuts.push(`${nameOf(piece)}: ${open.trim().replaceAll(/^--.*\n\n?/gm, '')}`)
      open = ''
    }
  }
  return { cuts, text, places }
}

function nameOf(piece: Exclude<Piece, { kind: 'text' }>): string {
  return piece.kind === 'statement' ? `${piece.words[0]}${piece.hasRows ? ' with rows' : ''}` : piece.kind
}

describe('the pieces of a script', () => {
  test.each([1, 2, 3, 7, 64, 10_000])('are the same however it is read, here by %i bytes', async (size) => {
    const { cuts, text, places } = await cutsOf(size)
    expect(cuts).toEqual([
      'command: ',
      `create: CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'a;b' $$;`,
      'copy with rows: COPY "t;\nu" (a) FROM stdin;',
      "rows: 1;\nSELECT 'a row';\n\\.",
      `select: SELECT 'no\n\\command', E'\\';';`,
      'command: ',
    ])
    expect(places).toBe(true)
    const withoutCommands = SCRIPT.replaceAll(/^\\(un)?restrict key$/gm, '')
    expect(text).toBe(withoutCommands)
  })
})

describe('the words of a statement', () => {
  test.each([
    ['-- Name: f(); Type: FUNCTION; Schema: public; Owner: me', 'FUNCTION public f()'],
    ['-- Name: EXTENSION unaccent; Type: COMMENT; Schema: -; Owner: ', 'COMMENT EXTENSION unaccent'],
    ['-- Data for Name: a; b; Type: TABLE DATA; Schema: s; Owner: me', 'TABLE DATA s a; b'],
    ['-- PostgreSQL database dump', null],
    ['-- TOC entry 3321 (class 0 OID 16389)', null],
  ])('%s announces %s', (comment, entry) => {
    expect(entryOf(comment)).toBe(entry)
  })

  test('what comes behind the rows is told from them and from definitions', () => {
    const stages: Stage[] = []
    for (const entry of [
      'TABLE s t',
      'BLOB 12',
      'TABLE DATA s t',
      'SEQUENCE SET s q',
      'BLOBS BLOBS',
      'INDEX s i',
      'COMMENT s i',
    ]) {
      stages.push(stageOf(entry, stages.at(-1) ?? 'definitions'))
    }
    expect(stages.join()).toBe('definitions,definitions,rows,rows,rows,rest,rest')
  })

  test('event triggers are known', () => {
    expect(
      [
        ['create', 'event', 'trigger', 'e'],
        ['comment', 'on', 'event', 'trigger', 'e'],
      ].every(isOfEventTrigger),
    ).toBe(true)
    expect(
      [
        ['create', 'trigger', 'event'],
        ['create', 'table', '"event', '"trigger'],
        ['select', 'event', 'trigger'],
      ].some(isOfEventTrigger),
    ).toBe(false)
  })

  test('settings and transactions are known', () => {
    expect(isSetting(['set', 'row_security'])).toBe(true)
    expect(isSetting(['reset', 'session', 'authorization'])).toBe(true)
    expect(isSetting(['select', 'pg_catalog', '.', 'set_config'])).toBe(true)
    expect(isSetting(['select', 'pg_catalog', '.', 'setval'])).toBe(false)
    expect([['begin'], ['start', 'transaction']].every(beginsTransaction)).toBe(true)
    expect([['commit'], ['end'], ['rollback']].every(endsTransaction)).toBe(true)
    expect(endsTransaction(['rollback', 'to'])).toBe(false)
  })
})
