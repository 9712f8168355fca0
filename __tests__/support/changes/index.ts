import type { Change } from './change.js'
import { CODE } from './code.js'
import { CONSTRAINTS } from './constraints.js'
import { OUTSIDE } from './outside.js'
import { RELATIONS } from './relations.js'
import { COMMENTS, PRIVILEGES, ROLES } from './roles.js'
import { TYPES } from './types.js'

export type { Change } from './change.js'

/** Single changes to a restored copy of changes.sql, by what they change. */
export const CHANGES: Readonly<Record<string, readonly Change[]>> = {
  relations: RELATIONS,
  constraints: CONSTRAINTS,
  code: CODE,
  types: TYPES,
  comments: COMMENTS,
  roles: ROLES,
  privileges: PRIVILEGES,
  outside: OUTSIDE,
}
