import { comments, securityLabels } from './annotations.js'
import { domainConstraints, indexes, statisticsObjects, tableConstraints } from './constraints.js'
import { accessMethods, database, extensions, languages, schemas } from './database-wide.js'
import { foreignDataWrappers, foreignServers, userMappings } from './foreign-data.js'
import { largeObjects, manyLargeObjects } from './large-objects.js'
import { changedPrivileges, defaultPrivileges } from './privileges.js'
import { columns, sequences, tables } from './relations.js'
import { publications, subscriptions } from './replication.js'
import { parameters, roles } from './roles.js'
import { aggregates, functions } from './routines.js'
import {
  textSearchConfigurations,
  textSearchDictionaries,
  textSearchParsers,
  textSearchTemplates,
} from './text-search.js'
import { eventTriggers, policies, rules, triggers } from './triggers.js'
import {
  casts,
  collations,
  conversions,
  operatorClasses,
  operatorFamilies,
  operators,
  transforms,
  types,
} from './types.js'
import { undumped } from './undumped.js'

/**
 * Everything that an extension can have as a member, and what can be put on a member's table. Each is one query, whatever
 * the number of objects. Containers come before what they contain.
 */
export const MEMBER_FAMILIES: readonly ((major: number) => string)[] = [
  schemas,
  languages,
  accessMethods,
  types,
  domainConstraints,
  collations,
  conversions,
  functions,
  aggregates,
  operators,
  operatorFamilies,
  operatorClasses,
  casts,
  transforms,
  textSearchParsers,
  textSearchTemplates,
  textSearchDictionaries,
  textSearchConfigurations,
  foreignDataWrappers,
  foreignServers,
  tables,
  columns,
  sequences,
  tableConstraints,
  indexes,
  statisticsObjects,
  triggers,
  rules,
  policies,
  eventTriggers,
]

/** Everything that a dump carries. */
export const FAMILIES: readonly ((major: number, roles: readonly string[], isSuperuser: boolean) => string)[] = [
  () => database(),
  roles,
  parameters,
  extensions,
  ...MEMBER_FAMILIES,
  userMappings,
  publications,
  subscriptions,
  largeObjects,
  manyLargeObjects,
  defaultPrivileges,
  changedPrivileges,
  comments,
  securityLabels,
  undumped,
]
