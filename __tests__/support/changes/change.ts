/** What is done to the restored copy of changes.sql, and exactly what must be found: the code and what it is found on. */
export interface Change {
  statements: string
  found: readonly string[]
  /** The first major that can do it. */
  since?: number
}

/** A change that must be found as a difference in one object. */
export function differs(object: string, statements: string, since?: number): Change {
  return { statements, found: [`OBJECT_DIFFERS ${object}`], ...(since !== undefined && { since }) }
}

export function missing(object: string, statements: string, since?: number): Change {
  return { statements, found: [`OBJECT_MISSING ${object}`], ...(since !== undefined && { since }) }
}

export function unexpected(object: string, statements: string, since?: number): Change {
  return { statements, found: [`OBJECT_UNEXPECTED ${object}`], ...(since !== undefined && { since }) }
}

export function grants(object: string, statements: string, since?: number): Change {
  return { statements, found: [`GRANTS_DIFFER ${object}`], ...(since !== undefined && { since }) }
}

/** A new owner takes the owner's privileges over, so these differ too where there are any. */
export function owner(object: string, statements: string, ...more: string[]): Change {
  return { statements, found: [`OWNER_DIFFERS ${object}`, ...more] }
}

export function change(statements: string, ...found: string[]): Change {
  return { statements, found }
}
