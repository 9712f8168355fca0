import { describe, expect, test } from '@jest/globals'
import { ArchiveComplaints } from '../../../src/restore/archive-complaints.js'
import { findingsOf } from '../../../src/restore/causes.js'

function said(...lines: string[]): ArchiveComplaints {
  const complaints = new ArchiveComplaints()
  lines.forEach(complaints.follow)
  complaints.end()
  return complaints
}

const found = (...lines: string[]) => {
  const { kept, count } = said(...lines)
  return findingsOf(kept, count, 'the archive')
}

const SEVERITIES = ['ERROR', 'FEHLER', 'ERREUR', 'ERROR', 'ERRO', 'ОШИБКА', 'エラー', 'HATA']

describe('what pg_restore complains of', () => {
  test.each(SEVERITIES)(
    'an error of a statement is laid to the entry that was named before it, whatever the language: %s',
    (severity) => {
      const [one] = found(
        'pg_restore: connecting to database for restore',
        'pg_restore: while PROCESSING TOC:',
        'pg_restore: from TOC entry 215; 1259 16386 TABLE animals postgres',
        `pg_restore: error: could not execute query: ${severity}:  animals 7`,
        'DETAIL:  Key (i)=(1) ist doppelt.',
        'HINT:  Anders.',
        'CONTEXT:  hier',
        'und dort',
        'Command was: CREATE TABLE public.animals (',
        '    id integer',
        ');',
        '',
        'pg_restore: creating INDEX "public.x"',
        'pg_restore: warning: errors ignored on restore: 1',
      )
      expect(one).toMatchObject({ code: 'RESTORE_ERROR', on: 'TABLE animals postgres' })
      expect(one!.found).toBe(
        'animals 7; detail: Key (i)=(1) ist doppelt.; hint: Anders.; context: hier; statement: CREATE TABLE public.animals (',
      )
    },
  )

  test('rows that a table does not take are the error of its entry', () => {
    const complaints = said(
      'pg_restore: from TOC entry 3341; 0 16400 TABLE DATA aa_main postgres',
      'pg_restore: error: COPY failed for table "aa_main": FEHLER:  neue Zeile verletzt Check-Constraint',
      'DETAIL:  Fehlgeschlagene Zeile enthält (1, k999).',
      'pg_restore: warning: errors ignored on restore: 1',
    )
    expect([...complaints.failed.keys()]).toEqual([3341])
    expect(complaints.kept).toMatchObject([{ by: 'server', message: 'neue Zeile verletzt Check-Constraint' }])
    expect(complaints.passedOver).toBe(1)
    expect(complaints.isWhole()).toBe(true)
  })

  test('jobs that write into each other hide no entry and no error, and make none up', () => {
    const complaints = said(
      'pg_restore: pg_restore: from TOC entry 7; 0 1 TABLE DATA a postgres',
      'from TOC entry 9; 0 2 TABLE DATA b postgres',
      'pg_restore: error: pg_restore: launching item 4 TABLE DATA c',
      'COPY failed for table "a": ERREUR:  un',
      'pg_restore: pg_restore: error: error: COPY failed for table "b": ERREUR:  deux',
      'pg_restore: error: pg_restore: finished item 9 TABLE DATA b',
      'pg_restore: warning: errors ignored on restore: 4',
    )
    expect([...complaints.failed.keys()]).toEqual([7, 9])
    expect(complaints.kept.map(({ message }) => message)).toEqual(['un', 'deux'])
    expect(complaints.isWhole()).toBe(true)
  })

  test('not even where they do so within the prefix', () => {
    const complaints = said(
      'pg_restore: from TOC entry 3393; 0 16411 TABLE DATA b_domain postgres',
      'pg_restore: error: COPY failed for table "b_domain": ERROR:  eins',
      'CONTEXT:  COPY b_domain, line 1, column k: "k5"',
      'pg_restore:pg_restore: finished item 3393 TABLE DATA b_domain',
      'pg_restore:pg_restore: launching item 3398 TABLE DATA noted',
      ' pg_restore:processing data for table "public.z_lookup"',
      ' processing data for table "public.noted"',
      'pg_restore:pg_restore: from TOC entry 3396; 0 16426 MATERIALIZED VIEW DATA b_top postgres',
      ' finished item 3395 MATERIALIZED VIEW DATA z_base',
      'pg_restore:could not execute query: ERROR:  zwei',
      'pg_restore:pg_restore: error:  pg_restore: from TOC entry 3406; 0 0 COMMENT INDEX c_by_sum postgres',
      ' error: could not execute query: ERROR:  drei',
      "Command was: COMMENT ON INDEX public.c_by_sum IS 'by a view';",
      'pg_restore: warning: errors ignored on restore: 6',
    )
    expect([...complaints.failed.keys()]).toEqual([3393, 3396, 3406])
    expect(complaints.kept.map(({ by, message }) => `${by} ${message}`)).toEqual([
      'server eins',
      'server zwei',
      'server drei',
    ])
    expect(complaints.isWhole()).toBe(true)
  })

  test('an error that was counted and not heard is known to be missing', () => {
    expect(said('pg_restore: warning: errors ignored on restore: 1').isWhole()).toBe(false)
    expect(
      said(
        'pg_restore: from TOC entry 7; 0 1 TABLE DATA a postgres',
        'pg_restore: error: COPY failed for table "a": ERREUR:  un',
        'pg_restore: warning: errors ignored on restore: 3',
      ).isWhole(),
    ).toBe(false)
  })

  test.each([
    ['SCRATCH_FAILED', 'pg_restore: error: connection to server on socket "/tmp/x" failed: No such file or directory'],
    ['SCRATCH_FAILED', 'pg_restore: error: could not execute query: server closed the connection unexpectedly'],
    ['SCRATCH_FAILED', 'pg_restore: error: could not open input file "x": Too many open files'],
    ['ARCHIVE_UNREADABLE', 'pg_restore: error: could not read from input file: end of file'],
    ['ARCHIVE_UNREADABLE', 'pg_restore: error: could not uncompress data: (null)'],
    ['ARCHIVE_UNREADABLE', 'pg_restore: error: could not open file "3341.dat.gz": No such file or directory'],
    ['FILE_UNREADABLE', 'pg_restore: error: could not open input file "x.dump": Permission denied'],
    ['ARCHIVE_TOO_NEW', 'pg_restore: error: unsupported version (1.16) in file header'],
    // The server's words about its own files say nothing of the archive.
    [
      'RESTORE_ERROR',
      'pg_restore: error: could not execute query: ERROR:  could not open stop-word file "/x/own.stop": No such file',
    ],
    [
      'RESTORE_ERROR',
      'pg_restore: error: could not execute query: FEHLER:  Stoppwortdatei »/x« konnte nicht geöffnet werden',
    ],
  ])('%s: %s', (code, line) => {
    expect(found(line)).toMatchObject([{ code }])
  })

  test('what a newer pg_restore sets and an older server does not know is no error, in any language', () => {
    const unknown = (name: string) => [
      `pg_restore: error: could not execute query: FEHLER:  unbekannter Konfigurationsparameter »${name}«`,
      `Command was: SET ${name} = 0;`,
    ]
    const byAnotherJob = 'table "parted_1" was attached'
    const complaints = said(...unknown('transaction_timeout'), byAnotherJob, ...unknown('my.own_setting'))
    expect(complaints.kept.map(({ message }) => message)).toEqual([
      'unbekannter Konfigurationsparameter »my.own_setting«',
    ])
    expect(complaints.harmless).toBe(1)
  })

  test('what follows from a server that failed is not laid to the backup', () => {
    const findings = found(
      'pg_restore: error: could not execute query: ERROR:  relation "public.animals" does not exist',
      'pg_restore: error: could not execute query: server closed the connection unexpectedly',
    )
    expect(findings.map(({ code }) => code)).toEqual(['SCRATCH_FAILED'])
  })

  test('thousands of errors are counted and not all kept', () => {
    const findings = found(
      ...Array.from({ length: 5000 }, (_, n) => `pg_restore: error: could not execute query: ERROR:  no ${n}`),
    )
    expect(findings).toHaveLength(51)
    expect(findings.at(-1)?.found).toContain('4950 more')
  })
})
