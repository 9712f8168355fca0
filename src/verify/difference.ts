export { boundedFindings, MOST_FINDINGS } from './difference/bounded.js'
export {
  comparableExtensions,
  compareBuiltIns,
  compareMemberRows,
  compareMembers,
  type Versions,
} from './difference/extensions.js'
export { compareDatabases } from './difference/database.js'
export { compareObjects, type ComparisonOptions } from './difference/objects.js'
export { undumpedFindings } from './difference/undumped.js'
export {
  compareLargeObjects,
  compareSequences,
  compareTables,
  unreadTables,
  type Contents,
} from './difference/tables.js'
export { wholesOf } from './difference/wholes.js'
