import { explain, runMain, runPost } from './action/run.js'
import { isPost } from './action/state.js'
import { runOperation } from './operations/run.js'
import { actionsLogger } from './platform/actions-logger.js'

const logger = actionsLogger({ write: (text) => process.stdout.write(text) })

// What escapes from a library's event is told like everything else; the next run removes what this one leaves.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    leave(explain(error, logger))
  })
}

const run = { environment: process.env, logger, runOperation }
leave(isPost() ? await runPost(run) : await runMain(run))

/** An explicit exit: keep-alive sockets would hold the process for minutes after the work is done. */
function leave(code: number): void {
  logger.finish()
  process.exitCode = code
  process.stdout.write('', () => process.exit())
}
