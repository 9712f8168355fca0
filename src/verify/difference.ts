export { boundedFindings, MOST_FINDINGS } from './difference/bounded.js'
export { compareObjects, type ComparisonOptions } from './difference/objects.js'
export { undumpedFindings } from './difference/undumped.js'
export { compareLargeObjects, compareSequences, compareTables, type Contents } from './difference/tables.js'
