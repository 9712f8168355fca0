export { boundedFindings, MOST_FINDINGS } from './difference/bounded.js'
export { compareDatabases } from './difference/database.js'
export { compareObjects, type ComparisonOptions } from './difference/objects.js'
export { compareLargeObjects, compareSequences, compareTables, type Contents } from './difference/tables.js'
