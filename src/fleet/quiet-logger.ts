import type { Logger } from '../context.js'

/**
 * A logger for one of many things that go on at once: whatever weighs something is told on a line that begins with its
 * name, without the headings and bars that would tear each other apart. The end of the run tells all that is wrong as
 * loud as it should be.
 */
export function quietLogger(label: string, logger: Logger): Logger {
  const tell = (message: string): void => {
    logger.info(`[${label}] ${message}`)
  }
  return {
    debug: (message) => {
      logger.debug(`[${label}] ${message}`)
    },
    info: (message) => {
      logger.debug(`[${label}] ${message}`)
    },
    warning: tell,
    error: tell,
    step: (_, work) => work(),
    progress: () => undefined,
    hide: (secret) => {
      logger.hide(secret)
    },
    redact: (text) => logger.redact(text),
  }
}
