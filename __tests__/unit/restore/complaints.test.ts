import { describe, expect, test } from '@jest/globals'
import { Complaints, findingsOf } from '../../../src/restore/complaints.js'

function said(...lines: string[]): Complaints {
  const complaints = new Complaints()
  lines.forEach(complaints.follow)
  return complaints
}

describe('what pg_restore and psql complain of', () => {
  test('an error of a statement is laid to the entry that was named before it', () => {
    const complaints = said(
      'pg_restore: connecting to database for restore',
      'pg_restore: while PROCESSING TOC:',
      'pg_restore: from TOC entry 215; 1259 16386 TABLE animals postgres',
      'pg_restore: error: could not execute query: ERROR:  relation "animals" already exists',
      'Command was: CREATE TABLE public.animals (',
      'pg_restore: warning: errors ignored on restore: 1',
    )
    expect(findingsOf(complaints, 'the archive')).toMatchObject([
      { code: 'RESTORE_ERROR', on: 'TABLE animals postgres', found: 'relation "animals" already exists' },
    ])
  })

  test('an error of a script is laid to its line', () => {
    const complaints = said(
      'psql:<stdin>:1203: ERROR:  insert or update on table "parts" violates foreign key constraint',
    )
    expect(findingsOf(complaints, 'the dump')).toMatchObject([{ code: 'RESTORE_ERROR', on: 'line 1203' }])
  })

  test.each([
    [
      'SCRATCH_FAILED',
      'pg_restore: error: could not execute query: ERROR:  could not extend file "base/1/2": No space left on device',
    ],
    ['SCRATCH_FAILED', 'pg_restore: error: connection to server on socket "/tmp/x" failed: No such file or directory'],
    ['ARCHIVE_UNREADABLE', 'pg_restore: error: could not read from input file: end of file'],
    ['ARCHIVE_UNREADABLE', 'pg_restore: error: could not uncompress data: (null)'],
    ['ARCHIVE_TOO_NEW', 'pg_restore: error: unsupported version (1.16) in file header'],
  ])('%s is told from an error of the backup', (code, line) => {
    expect(findingsOf(said(line), 'the archive')).toMatchObject([{ code }])
  })

  test('what a newer pg_restore sets and an older server does not know is no error of the backup', () => {
    const unknown = (name: string) =>
      `pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "${name}"`
    const complaints = said(unknown('transaction_timeout'), unknown('my.own_setting'))
    expect(findingsOf(complaints, 'pre-data').map(({ found }) => found)).toEqual([
      'unrecognized configuration parameter "my.own_setting"',
    ])
  })

  test('what follows from a server that failed is not laid to the backup', () => {
    const complaints = said(
      'pg_restore: error: could not execute query: ERROR:  could not extend file "base/1/2": No space left on device',
      'pg_restore: error: could not execute query: ERROR:  relation "public.animals" does not exist',
    )
    expect(findingsOf(complaints, 'the archive').map(({ code }) => code)).toEqual(['SCRATCH_FAILED'])
  })

  test('thousands of errors are counted and not all kept', () => {
    const complaints = said(
      ...Array.from({ length: 5000 }, (_, n) => `pg_restore: error: could not execute query: ERROR:  no ${n}`),
    )
    const findings = findingsOf(complaints, 'the archive')
    expect(findings).toHaveLength(51)
    expect(findings.at(-1)?.found).toContain('4950 more')
  })
})
