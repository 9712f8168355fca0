export { boundedFindings, MOST_FINDINGS } from './difference/bounded.js'
export { compareObjects, type ComparisonOptions } from './difference/objects.js'
export { compareLargeObjects, compareSequences, compareTables } from './difference/tables.js'
