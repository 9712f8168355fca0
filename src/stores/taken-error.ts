import { OperationError } from '../errors.js'

/**
 * A place that can tell noticed that the manifest of another run is where ours was to go. That one is not ours to remove:
 * unlike after any other failure, nothing of the manifest that is there now was sent by us.
 */
export class TakenError extends OperationError {}
