/** The first words of a statement, as `SqlScanner` tells them. */
type Words = readonly string[]

/** Whether a script begins a transaction of its own here. */
export function beginsTransaction([verb, second]: Words): boolean {
  return verb === 'begin' || (verb === 'start' && second === 'transaction')
}

export function endsTransaction([verb, second]: Words): boolean {
  return ['commit', 'end', 'abort'].includes(verb ?? '') || (verb === 'rollback' && second !== 'to')
}

/** Whether it holds for all that follows: `SET row_security = off`, `RESET SESSION AUTHORIZATION`, `SELECT pg_catalog.set_config(…)`. */
export function isSetting(words: Words): boolean {
  return words[0] === 'set' || words[0] === 'reset' || isSetConfig(words)
}

function isSetConfig([verb, schema, , routine]: Words): boolean {
  return verb === 'select' && schema === 'pg_catalog' && routine === 'set_config'
}

/** Whether it says where names without a schema are looked up. */
export function isSearchPath(words: Words): boolean {
  return isSetConfig(words) || (words[0] === 'set' && words[1] === 'search_path')
}

/** Whether it makes or changes an event trigger, or says something of one. */
export function isOfEventTrigger(words: Words): boolean {
  const isOne = words.some((word, at) => word === 'event' && words[at + 1] === 'trigger')
  return isOne && ['create', 'alter', 'comment', 'security'].includes(words[0] ?? '')
}

/** How the name of an entry stands in the comment before it: `-- Name: t; Type: TABLE; Schema: public; Owner: o`. */
const ENTRY = /^-- (?:Data for |Statistics for )?Name: (.*); Type: ([^;]*); Schema: ([^;]*); Owner: .*$/

/** The archive entry that a comment of pg_dump announces: `TABLE public t`; null of any other comment. */
export function entryOf(comment: string): string | null {
  const [, name = '', type, schema = '-'] = ENTRY.exec(comment) ?? []
  return type === undefined ? null : `${type} ${schema === '-' ? '' : `${schema} `}${name}`.slice(0, 200)
}

/** What a script brings one after the other: rows with values of sequences and large objects, and what reads them, between. */
export type Stage = 'definitions' | 'rows' | 'rest'

/** Where a script is with this entry, which comes after others of a stage. */
export function stageOf(entry: string, before: Stage): Stage {
  if (/^(?:TABLE DATA|SEQUENCE SET|BLOBS|LARGE OBJECTS?) /.test(entry)) return 'rows'
  return before === 'definitions' ? 'definitions' : 'rest'
}
