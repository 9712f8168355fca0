import { isOneClause } from './clause.js'
import { relationOf, shadowOf, shadowTrials, type Relation } from './shadow.js'
import { asSql } from './names.js'
import { trial, type Differing, type Question, type Surroundings, type Trial } from './trial.js'

/** `CHECK (…)` and what follows it, which are facts of their own. */
const CHECK = /^(CHECK \([\s\S]*\))((?: NO INHERIT| NOT ENFORCED| NOT VALID)*)$/

function definitionOf(relation: string, name: string): Question {
  return {
    sql: `SELECT regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', '') AS text FROM pg_constraint
      WHERE conrelid = $1::regclass AND conname = $2`,
    params: [relation, name],
  }
}

export function constraintTrials(differing: Differing, surroundings: Surroundings): Trial[] {
  const relation = relationOf(differing, surroundings)
  if (relation === undefined || !isOneClause(differing.text)) return []
  return differing.copy.facts.type === 'check'
    ? checkTrials(differing, surroundings, relation)
    : keyTrials(differing, surroundings, relation)
}

/** On the relation itself without looking at its rows; on a shadow of a partitioned one, which would hand it down. */
function checkTrials({ text }: Differing, surroundings: Surroundings, relation: Relation): Trial[] {
  const [, check, rest = ''] = CHECK.exec(text) ?? []
  if (check === undefined) return []
  const { name, plainName } = surroundings.room
  const asInCatalog = (result: string): string => `${CHECK.exec(result)?.[1] ?? result}${rest}`
  if (!relation.isPartitioned) {
    const add = `ALTER TABLE ${relation.sql} ADD CONSTRAINT ${name} ${check} NO INHERIT NOT VALID`
    return [trial(add, definitionOf(relation.sql, plainName), { asInCatalog })]
  }
  const { sql, before } = shadowOf(relation, surroundings)
  const addTo = (table: string): string => `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${check} NOT VALID`
  return [
    trial(addTo(sql), definitionOf(sql, plainName), { before, asInCatalog }),
    // A function may want a whole row of this very table.
    trial(addTo(relation.sql), definitionOf(relation.sql, plainName), { asInCatalog }),
  ]
}

/** Keys, exclusions and foreign keys: on a table without rows, so that no index has to be built. */
function keyTrials(differing: Differing, surroundings: Surroundings, relation: Relation): Trial[] {
  const { name, plainName } = surroundings.room
  const isForeign = differing.copy.facts.type === 'foreign key'
  return shadowTrials(differing, relation, surroundings, ({ sql, before }, definition) => {
    if (!isOneClause(definition)) return undefined
    const unchecked = isForeign && !definition.endsWith(' NOT ENFORCED') ? ' NOT VALID' : ''
    const add = `ALTER TABLE ${sql} ADD CONSTRAINT ${name} ${definition}${unchecked}`
    return trial(add, definitionOf(sql, plainName), { before, mayCall: !isForeign })
  })
}

export function domainConstraintTrials({ copy, text }: Differing, { room }: Surroundings): Trial[] {
  const [, check, rest = ''] = CHECK.exec(text) ?? []
  if (check === undefined || !isOneClause(check)) return []
  const domain = asSql((copy.of ?? '').replace(/^type /, ''))
  const result = {
    sql: 'SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE contypid = $1::regtype AND conname = $2',
    params: [domain, room.plainName],
  }
  const add = `ALTER DOMAIN ${domain} ADD CONSTRAINT ${room.name} ${check} NOT VALID`
  return [trial(add, result, { asInCatalog: (made) => `${CHECK.exec(made)?.[1] ?? made}${rest}` })]
}
