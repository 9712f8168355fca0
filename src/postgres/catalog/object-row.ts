import { canonicalObject } from './canonical.js'
import type { CatalogObject } from './model.js'
import type { ObjectRow } from './sql.js'

/** A row of a family's query as an object; what it does not have is left out. */
export function objectOf({ kind, name, of, owner, grants, facts, deparsed }: ObjectRow): CatalogObject {
  return canonicalObject({
    kind,
    name,
    ...(of === null ? {} : { of }),
    ...(owner === null ? {} : { owner }),
    ...(grants === null ? {} : { grants }),
    facts,
    ...(deparsed === null ? {} : { deparsed }),
  })
}
