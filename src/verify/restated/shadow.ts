import { quoteIdentifier } from '../../postgres/identifier.js'
import { asSql, lastAsSql } from './names.js'
import type { Differing, Surroundings } from './trial.js'

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

/** The same as a child, whose rows are rows of the relation too, for texts that hand a whole row to a function. */
export function childShadowOf(relation: Relation, { room }: Surroundings): Shadow {
  const sql = `${room.schema}.${lastAsSql(relation.name)}`
  return { sql, before: [`CREATE TABLE ${sql} () INHERITS (${relation.sql})`, ...ownedBy(sql, relation)] }
}

/** The kinds of shadow that a relation can have. */
export function shadowsOf(relation: Relation, surroundings: Surroundings): Shadow[] {
  const plain = shadowOf(relation, surroundings)
  return relation.isPartitioned ? [plain] : [plain, childShadowOf(relation, surroundings)]
}

function ownedBy(sql: string, { owner }: Relation): string[] {
  return owner === undefined ? [] : [`ALTER TABLE ${sql} OWNER TO ${quoteIdentifier(owner)}`]
}
