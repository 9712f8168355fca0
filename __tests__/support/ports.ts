import type { Clock, Logger } from '../../src/context.js'
import { systemClock } from '../../src/platform/clock.js'

/** A logger that remembers what it was told. */
export interface MemoryLogger extends Logger {
  readonly said: { level: 'debug' | 'info' | 'warning' | 'error'; message: string }[]
}

export function memoryLogger(): MemoryLogger {
  const said: MemoryLogger['said'] = []
  const at = (level: MemoryLogger['said'][number]['level']) => (message: string) => {
    said.push({ level, message })
  }
  return {
    said,
    debug: at('debug'),
    info: at('info'),
    warning: at('warning'),
    error: at('error'),
    step: (_title, work) => work(),
    progress: () => undefined,
    hide: () => undefined,
    redact: (text) => text,
  }
}

/** The machine's clock, so many milliseconds ahead. */
export function clockAhead(milliseconds: number): Clock {
  return { ...systemClock, now: () => new Date(Date.now() + milliseconds) }
}
