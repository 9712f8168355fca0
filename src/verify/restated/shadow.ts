import { quoteIdentifier } from '../../postgres/identifier.js'
import { asSql, lastAsSql } from './names.js'
import type { Differing, Surroundings, Trial } from './trial.js'

/** A relation of the copy that an object is a part of. */
export interface Relation {
  /** `public.animals` as the catalog names it. */
  name: string
  /** As SQL takes it. */
  sql: string
  owner: string | undefined
  isPartitioned: boolean
}

const RELATION = /^(?:table|view|materialized view|foreign table) /

/** The relation that a constraint, index, trigger, … is a part of. */
export function relationOf({ copy }: Differing, { find }: Surroundings): Relation | undefined {
  if (copy.of === undefined || !RELATION.test(copy.of)) return undefined
  const name = copy.of.replace(RELATION, '')
  const object = find(copy.of)
  return { name, sql: asSql(name), owner: object?.owner, isPartitioned: object?.facts.partitionedBy !== undefined }
}

/** An empty table with the columns of a relation and its name, in the schema of the trials. */
export interface Shadow {
  sql: string
  before: string[]
}

export function shadowOf(relation: Relation, { room }: Surroundings): Shadow {
  const sql = `${room.schema}.${lastAsSql(relation.name)}`
  return { sql, before: [`CREATE TABLE ${sql} (LIKE ${relation.sql})`, ...ownedBy(sql, relation)] }
}

/**
 * The same as a child, whose rows are rows of the relation too, for texts that hand a whole row to a function. That the
 * row is another's shows in the result. A partitioned table has no such children.
 */
export function childShadowOf(relation: Relation, { room }: Surroundings): Shadow | undefined {
  if (relation.isPartitioned) return undefined
  const sql = `${room.schema}.${lastAsSql(relation.name)}`
  return { sql, before: [`CREATE TABLE ${sql} () INHERITS (${relation.sql})`, ...ownedBy(sql, relation)] }
}

/** A trial of a text on a shadow, and, should that fail, one of both texts on a shadow that is a child. */
export function shadowTrials(
  { text, copyText }: Differing,
  relation: Relation,
  surroundings: Surroundings,
  trialOn: (shadow: Shadow, text: string) => Trial | undefined,
): Trial[] {
  const first = trialOn(shadowOf(relation, surroundings), text)
  const child = childShadowOf(relation, surroundings)
  const [ofSource, ofCopy] = child === undefined ? [] : [trialOn(child, text), trialOn(child, copyText)]
  return [
    ...(first === undefined ? [] : [first]),
    ...(ofSource === undefined || ofCopy === undefined ? [] : [{ ...ofSource, ofCopy }]),
  ]
}

function ownedBy(sql: string, { owner }: Relation): string[] {
  return owner === undefined ? [] : [`ALTER TABLE ${sql} OWNER TO ${quoteIdentifier(owner)}`]
}
