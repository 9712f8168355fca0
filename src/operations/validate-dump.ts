import { OperationError } from '../errors.js'
import type { UnderWay } from './reporting.js'

export function validateDump(file: string, _underWay: UnderWay): Promise<void> {
  throw new OperationError({ doing: `validating ${file}`, problem: 'not yet', advice: '' })
}
