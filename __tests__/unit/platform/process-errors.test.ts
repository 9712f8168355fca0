import { expect, test } from '@jest/globals'
import { essenceOf } from '../../../src/platform/process-errors.js'

test.each([
  ['nothing', '', ''],
  ['the last line where there is no error', 'one\ntwo\n\n', 'two'],
  [
    'an error with what the server adds',
    'psql:<stdin>:1: NOTICE:  00000: x\npsql:<stdin>:3: ERROR:  23505: twice\nDETAIL:  Key (i)=(1).\nLOCATION:  a, b.c:1',
    'psql:<stdin>:3: ERROR:  23505: twice\nDETAIL:  Key (i)=(1).',
  ],
  [
    'an error in the server’s language',
    'psql:<stdin>:2: HINWEIS:  00000: nichts\npsql:<stdin>:3: FEHLER:  23505: doppelt\nHINT:  Anders.\npsql:<stdin>:3: STATEMENT:  COPY t FROM stdin;',
    'psql:<stdin>:2: HINWEIS:  00000: nichts\npsql:<stdin>:3: FEHLER:  23505: doppelt\nHINT:  Anders.',
  ],
  [
    'the first three errors',
    ['a', 'b', 'c', 'd'].map((x) => `pg_dump: error: ${x}`).join('\n'),
    'pg_dump: error: a\npg_dump: error: b\npg_dump: error: c',
  ],
  ['what another program says with two spaces', 'Total:  5\nlast', 'last'],
])('of what a program says, %s', (_, said, told) => {
  expect(essenceOf(said)).toBe(told)
})
