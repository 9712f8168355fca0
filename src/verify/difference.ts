export { boundedFindings, MOST_FINDINGS } from './difference/bounded.js'
export {
  comparableExtensions,
  compareBuiltIns,
  compareMemberRows,
  compareMembers,
  type Versions,
} from './difference/extensions.js'
export { compareObjects, type ComparisonOptions } from './difference/objects.js'
export { compareLargeObjects, compareSequences, compareTables, type Contents } from './difference/tables.js'
