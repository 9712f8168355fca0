import {
  propertyStatements,
  statementFor,
  type DatabaseProperties,
  type PropertyStatement,
} from '../backup/database-script.js'
import { QueryError } from '../postgres/query-error.js'
import type { Queryable } from '../postgres/queryable.js'

/** A property that the server did not take. */
export interface Refused extends Pick<PropertyStatement, 'aspect' | 'what'> {
  why: string
}

/**
 * Gives a database these properties, whatever it had before, but for the comment. What our role may not set is returned,
 * in words that hold no values: a lost setting is no reason to do without the data.
 */
export async function applyProperties(
  session: Queryable,
  database: string,
  properties: DatabaseProperties,
): Promise<Refused[]> {
  const refused: Refused[] = []
  for (const { aspect, what, sql } of propertyStatements({ ...properties, comment: null })) {
    try {
      await session.query(statementFor(database, sql))
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      refused.push({ aspect, what, why: error.problem })
    }
  }
  return refused
}

/** Without the roles that are not on the target: nothing can be theirs there. */
export function ofKnownRoles(properties: DatabaseProperties, isThere: (role: string) => boolean): DatabaseProperties {
  const isKnown = ({ role }: { role: string | null }) => role === null || isThere(role)
  const { owner, grants, settings } = properties
  return {
    ...properties,
    owner: owner !== null && isThere(owner) ? owner : null,
    grants: grants.filter(isKnown),
    settings: settings.filter(isKnown),
  }
}
