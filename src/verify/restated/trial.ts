import type { CatalogObject } from '../../postgres/catalog/model.js'

/** A text that source and copy have in other words. */
export interface Differing {
  source: CatalogObject
  copy: CatalogObject
  /** The name of the text: `definition`, `using`. */
  what: string
  /** As the source's server words it, and as the copy's does. */
  text: string
  copyText: string
}

/** Where trials may make things: a schema and a name that nothing else has. Both as SQL takes them. */
export interface Room {
  schema: string
  name: string
  /** The same name as a value. */
  plainName: string
}

/** What is asked of the copy, with parameters. */
export interface Question {
  sql: string
  params: readonly unknown[]
}

/** One way of giving a text to PostgreSQL and reading what it makes of it. Everything is undone afterwards. */
export interface Trial {
  /** Statements without the source's words, run with the session's own rights. */
  before: readonly string[]
  /** Statements with the source's words, run with the rights of the owner. */
  statements: readonly string[]
  /** A row with `text`. */
  result: Question
  /** Whether PostgreSQL may call functions that the text names; if so, never with other rights than the owner's. */
  mayCall: boolean
  /** What the result reads as in the catalog, where something of the trial's own stands in it. */
  asInCatalog: (result: string) => string
  /**
   * The same trial of the copy's own text, where a trial's surroundings show in its result: the texts are equal where the
   * results are.
   */
  ofCopy?: Trial
}

/** What a trial knows of the copy besides the object itself. */
export interface Surroundings {
  room: Room
  /** The object of the copy with this label, such as `table public.animals`. */
  find: (label: string) => CatalogObject | undefined
}

/** The ways to try a text, the best first; none where there is no way. */
export type TrialMaker = (differing: Differing, surroundings: Surroundings) => Trial[]

export function trial(statement: string, result: Question, more: Partial<Trial> = {}): Trial {
  return { before: [], statements: [statement], result, mayCall: false, asInCatalog: (text) => text, ...more }
}
