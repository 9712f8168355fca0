export { boundedFindings, MOST_FINDINGS } from './difference/bounded.js'
export { compareObjects, type ComparisonOptions } from './difference/objects.js'
export {
  compareLargeObjects,
  compareSequences,
  compareTables,
  unreadTables,
  type Contents,
} from './difference/tables.js'
export { wholesOf } from './difference/wholes.js'
