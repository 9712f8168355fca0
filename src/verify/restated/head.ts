import { canonicalName } from '../../postgres/catalog/canonical.js'
import { readNames } from './names.js'

/** A definition that PostgreSQL prints as a whole statement: what names the object, and what it is. */
export interface Statement {
  /** `CREATE UNIQUE INDEX animals_name ON ONLY public.animals` */
  head: string
  /** ` USING btree (lower(name))` */
  tail: string
}

/** Splits after a pattern's words and the names that follow them: `CREATE RULE` and the name of a rule. */
export function splitStatement(text: string, ...words: readonly RegExp[]): Statement | undefined {
  let at = 0
  for (const pattern of words) {
    const [found] = new RegExp(pattern.source, 'y').exec(text.slice(at)) ?? []
    if (found === undefined) return undefined
    const { names, end } = readNames(text, at + found.length)
    if (names.length === 0) return undefined
    at = end
  }
  return { head: text.slice(0, at), tail: text.slice(at) }
}

/** Puts a head before what PostgreSQL made: the copy's, unless the source's says something else. */
export function withHead(source: Statement, copy: Statement | undefined, tail: string): string {
  const isSame = copy !== undefined && canonicalName(copy.head) === canonicalName(source.head)
  return (isSame ? copy.head : source.head) + tail
}
