import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import type { Logger } from '../../../src/context.js'
import { actionsLogger, type JobLogger } from '../../../src/platform/actions-logger.js'
import { terminalLogger, type TerminalLoggerOptions } from '../../../src/platform/terminal-logger.js'

interface Captured {
  logger: Logger
  text: () => string
  lines: () => string[]
  /** Moves the clock. */
  wait: (milliseconds: number) => void
}

function capture(make: (sink: { write: (text: string) => void; monotonic: () => number }) => Logger): Captured {
  let written = ''
  let now = 0
  const logger = make({
    write: (text) => {
      written += text
    },
    monotonic: () => now,
  })
  return {
    logger,
    text: () => written,
    lines: () => written.split('\n').slice(0, -1),
    wait: (milliseconds) => {
      now += milliseconds
    },
  }
}

const terminal = (options: Partial<TerminalLoggerOptions> = {}): Captured =>
  capture((sink) => terminalLogger({ isTerminal: false, colours: false, ...sink, ...options }))
const actions = (): Captured => capture((sink) => actionsLogger(sink))

/** With the last word of a job. */
function job(): Captured & { finish: () => void } {
  let made: JobLogger | undefined
  const captured = capture((sink) => (made = actionsLogger(sink)))
  return { ...captured, finish: () => made?.finish() }
}

describe.each([
  ['terminal', terminal],
  ['actions', actions],
])('the %s logger', (_name, make) => {
  test('hides a secret in every kind of message', async () => {
    const { logger, lines } = make()
    logger.hide('correct horse')
    const before = lines().length
    logger.info('it is correct horse')
    logger.warning('it is correct%20horse')
    logger.error('it is Y29ycmVjdCBob3JzZQ==')
    logger.debug('it is correct horse')
    await logger.step('asking correct horse', () => Promise.resolve())
    logger.progress({ label: 'correct horse', done: 1, total: 1, unit: 'tables' })
    const shown = lines().slice(before).join('\n')
    expect(shown).toContain('***')
    expect(shown).not.toMatch(/correct(%20| )horse|Y29ycmVj/)
    expect(logger.redact('correct horse')).toBe('***')
  })

  test('a step gives back its result, and its failure', async () => {
    const { logger, text } = make()
    expect(await logger.step('adding', () => Promise.resolve(3))).toBe(3)
    await expect(logger.step('breaking', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(text()).toMatch(/adding: done in .* s\n/)
    expect(text()).toMatch(/breaking: failed in .* s\n/)
  })

  test('progress is a line now and then, and one at the end', () => {
    const { logger, lines, wait } = make()
    for (let done = 0; done <= 100; done++) {
      logger.progress({ label: 'dumping', done: done * 1e6, total: 1e8, unit: 'bytes', current: 'public.animals' })
      logger.progress({ label: 'dumping', done: done * 1e6, total: 1e8, unit: 'bytes', current: 'public.animals' })
      wait(250)
    }
    expect(lines()).toEqual([
      'dumping 40 % of 100 MB, 4 MB/s, 15 s left: public.animals',
      'dumping 80 % of 100 MB, 4 MB/s, 5.0 s left: public.animals',
      'dumping 100 % of 100 MB, 4 MB/s: public.animals',
    ])
  })
})

describe('terminalLogger', () => {
  test('keeps the lines of a message and says what is a warning or an error', () => {
    const { logger, lines } = terminal()
    logger.info('one\n  two')
    logger.warning('careful')
    logger.error('broken')
    logger.debug('detail')
    expect(lines()).toEqual(['one', '  two', 'Warning: careful', 'Error: broken'])
  })

  test('shows debug messages when asked', () => {
    const { logger, text } = terminal({ verbose: true })
    logger.debug('detail')
    expect(text()).toBe('debug: detail\n')
  })

  test('writes no escape sequence except colours of its own, where they are asked for', () => {
    const plain = terminal({ isTerminal: true })
    plain.logger.error('\u001B[2Jbroken')
    expect(plain.text()).not.toContain('\u001B')
    const coloured = terminal({ colours: true })
    coloured.logger.error('\u001B[2Jbroken')
    expect(coloured.text()).toBe('\u001B[31mError: \u{FFFD}[2Jbroken\u001B[0m\n')
  })

  test('draws one bar that is written over, and keeps it below other messages', () => {
    const { logger, text, wait } = terminal({ isTerminal: true, columns: () => 80 })
    const bar = (done: number): void => {
      logger.progress({ label: 'dumping', done, total: 4, unit: 'tables' })
    }
    bar(1)
    bar(2) // too soon after the last
    wait(1000)
    bar(2)
    logger.info('still here')
    bar(4)
    const clear = '\r\u001B[2K'
    const half = '[############------------] dumping 50 % of 4 tables, 2.0 s left'
    expect(text()).toBe(
      `[######------------------] dumping 25 % of 4 tables${clear}${half}${clear}still here\n${half}` +
        `${clear}[########################] dumping 100 % of 4 tables\n`,
    )
  })

  test('a bar never exceeds the width', () => {
    const { logger, text } = terminal({ isTerminal: true, columns: () => 40 })
    logger.progress({ label: 'dumping', done: 1, total: 4, unit: 'tables', current: 'x'.repeat(200) })
    expect(text()).toHaveLength(39)
  })
})

describe('actionsLogger', () => {
  test('uses the commands of the runner', async () => {
    const { logger, lines } = actions()
    logger.debug('detail')
    logger.info('plain')
    logger.warning('care%ful\nsecond line')
    logger.error('broken')
    await logger.step('Dump', async () => {
      await logger.step('inner', () => Promise.resolve())
    })
    expect(lines()).toEqual([
      '::debug::detail',
      'plain',
      '::warning::care%25ful%0Asecond line',
      '::error::broken',
      '::group::Dump',
      'inner',
      'inner: done in 0.0 s',
      'Dump: done in 0.0 s',
      '::endgroup::',
    ])
  })

  test('tells the runner to mask a secret, but nothing that would mask ordinary words', () => {
    const { logger, lines } = actions()
    logger.hide('')
    logger.hide('ab')
    logger.hide('postgres')
    logger.hide('first line\nsecond%line')
    expect(lines()).toEqual([
      '::add-mask::first line%0Asecond%25line',
      '::add-mask::first line',
      '::add-mask::second%25line',
    ])
  })

  test('text never becomes a command of the runner', () => {
    // What the runner does: a line that begins with "::" after white space, or has "##[" anywhere.
    const isCommand = (line: string): boolean => /^[\s\u0085]*::/.test(line) || line.includes('##[')
    const pieces = fc.constantFrom('::', '##[', 'error', ']', '\n', '\r', ' ', '\t', '\u0085', 'x', 'set-output name=a')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const { logger, text } = actions()
        logger.info(parts.join(''))
        expect(
          text()
            .split(/[\r\n]/)
            .filter(isCommand),
        ).toEqual([])
      }),
    )
  })

  /** What GitHub would show: the first ten annotations of a kind, decoded. */
  const shown = (lines: readonly string[], kind: string): string[] =>
    lines
      .filter((line) => line.startsWith(`::${kind}::`))
      .slice(0, 10)
      .map((line) => line.slice(`::${kind}::`.length).replaceAll('%0A', '\n').replaceAll('%25', '%'))

  test.each([1, 9, 10, 11, 12, 400])('of %i warnings none is lost, however few annotations GitHub shows', (count) => {
    const { lines, finish, logger } = job()
    for (let n = 1; n <= count; n++) logger.warning(`number ${n} of 100 %`)
    logger.error('another kind')
    finish()
    finish()
    const annotations = shown(lines(), 'warning')
    expect(lines().filter((line) => line.startsWith('::warning::'))).toHaveLength(annotations.length)
    expect(annotations.slice(0, 9)).toEqual(
      Array.from({ length: Math.min(count, 9) }, (_, index) => `number ${index + 1} of 100 %`),
    )
    if (count === 10) expect(annotations[9]).toBe('number 10 of 100 %')
    if (count > 10) {
      expect(annotations[9]).toContain(`${count - 9} more warnings`)
      expect(annotations[9]).toContain(`\n- number ${count} of 100 %`)
      expect(annotations[9]!.length).toBeLessThanOrEqual(4096)
    }
    if (count === 400) {
      const told = annotations[9]!.match(/^- number/gm)!.length
      expect(annotations[9]).toMatch(new RegExp(`… and ${391 - told} earlier ones$`))
    }
    for (let n = 10; n <= count; n++) expect(lines()).toContain(`Warning: number ${n} of 100 %`)
    expect(shown(lines(), 'error')).toEqual(['another kind'])
  })

  test('of many lines only the first stands in the annotation that they share, and no long one fills it', () => {
    const { lines, finish, logger } = job()
    for (let n = 1; n <= 11; n++) logger.error(`number ${n}\nits second line`)
    logger.error('z'.repeat(9000))
    finish()
    expect(shown(lines(), 'error')[9]).toBe(
      [
        '3 more errors, which GitHub does not show one by one. The log of this step has all of them; the newest first:',
        `- ${'z'.repeat(300)}…`,
        '- number 11',
        '- number 10',
      ].join('\n'),
    )
  })

  test('an annotation fits into what GitHub keeps, and all of it is in the log', () => {
    const { logger, lines } = actions()
    const long = 'y'.repeat(5000)
    logger.error(long)
    expect(lines()[0]).toHaveLength('::error::'.length + 4096)
    expect(lines()[1]).toBe(`Error: ${long}`)
  })
})
