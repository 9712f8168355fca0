import type { Context } from '../context.js'
import { finding, type Finding } from '../findings.js'
import type { Scratch, ScratchDatabase } from '../postgres/scratch.js'
import { rollBackPrepared } from '../postgres/prepared-transactions.js'
import { changesBetween, readServerState, type ServerState } from '../postgres/server-state.js'
import { withSession } from '../postgres/session.js'
import { MARK } from './shared-roles.js'

/** What the scratch server is like before a dump is restored; null for a throw-away cluster, which is gone afterwards. */
export async function lookAtServer(scratch: Scratch, { signal }: Context): Promise<ServerState | null> {
  if (scratch.kind === 'cluster') return null
  return withSession(scratch.maintenance, { signal }, (session) => readServerState(session, MARK))
}

/**
 * Tells what is not as it was before. Other sessions may have done it at the same time, so nothing of it is undone but
 * what is in our own database.
 */
export async function whatWasLeft(
  before: ServerState | null,
  scratch: Scratch,
  { settings }: ScratchDatabase,
  { signal }: Context,
): Promise<Finding[]> {
  return withSession(scratch.maintenance, { signal }, async (session) => {
    const prepared = await rollBackPrepared(session, settings)
    const changes = before === null ? [] : changesBetween(before, await readServerState(session, MARK))
    return [
      ...prepared.map((name) =>
        finding('SCRATCH_TRANSACTION_UNDONE', name, 'it was prepared and neither committed nor rolled back'),
      ),
      ...changes.map(({ thing, how }) => finding('SCRATCH_CHANGED', thing, `it ${how} on the scratch server`)),
    ]
  })
}
