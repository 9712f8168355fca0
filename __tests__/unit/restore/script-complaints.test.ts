import { describe, expect, test } from '@jest/globals'
import { describeComplaint, type Complaint } from '../../../src/restore/complaint.js'
import { ScriptComplaints } from '../../../src/restore/script-complaints.js'

function said(...lines: string[]): ScriptComplaints {
  const complaints = new ScriptComplaints()
  lines.forEach(complaints.follow)
  complaints.end()
  return complaints
}

describe('what psql complains of', () => {
  test.each([
    ['ERROR', 'relation "t" already exists'],
    ['FEHLER', 'Relation »t« existiert bereits'],
    ['ERREUR', 'la relation « t » existe déjà'],
    ['ERROR', 'la relación «t» ya existe'],
    ['ERRO', 'relação "t" já existe'],
  ])('an error is told by its SQLSTATE and statement, whatever the language: %s: %s', (severity, message) => {
    const { kept } = said(
      `psql:<stdin>:6: ${severity}:  42P07: ${message}`,
      'DETAIL:  so ist es',
      'LOCATION:  heap_create_with_catalog, heap.c:1164',
      'psql:<stdin>:6: STATEMENT:  CREATE TABLE t (',
      '  id integer);',
    )
    expect(kept).toEqual([
      {
        by: 'server',
        message,
        about: 'line 6',
        state: '42P07',
        detail: 'so ist es',
        statement: 'CREATE TABLE t (\n  id integer);',
      },
    ])
    expect(describeComplaint(kept[0]!)).toBe(
      `${message} (SQLSTATE 42P07); detail: so ist es; statement: CREATE TABLE t (`,
    )
  })

  test('of rows that were not taken, the place is told', () => {
    const { kept } = said(
      'psql:<stdin>:124: FEHLER:  22P02: ungültige Eingabesyntax',
      'CONTEXT:  COPY t, Zeile 7, Spalte i: "secret: x"',
      'psql:<stdin>:124: STATEMENT:  COPY public.t (i) FROM stdin;',
    )
    expect(describeComplaint(kept[0]!)).toBe(
      'ungültige Eingabesyntax (SQLSTATE 22P02); context: COPY t, Zeile 7, Spalte i; statement: COPY public.t (i) FROM stdin;',
    )
  })

  test('a warning is no error, whatever its SQLSTATE', () => {
    const { count } = said(
      'psql:<stdin>:2: WARNUNG:  55000: wal_level ist nicht ausreichend',
      'HINT:  …',
      'LOCATION:  CreatePublication, publicationcmds.c:870',
      'psql:<stdin>:3: HINWEIS:  00000: nichts',
      'psql:<stdin>:4: error: invalid command \\.',
    )
    expect(count).toBe(0)
  })

  test('the error that ended the session is one', () => {
    const { kept } = said(
      'psql:<stdin>:20: FATAL:  57P01: Verbindung wird abgebrochen',
      'LOCATION:  ProcessInterrupts, postgres.c:3211',
      'psql:<stdin>:20: server closed the connection unexpectedly',
      '\tThis probably means the server terminated abnormally',
      'psql:<stdin>:20: error: connection to server was lost',
    )
    expect(kept).toMatchObject([
      { state: '57P01', message: 'Verbindung wird abgebrochen' },
      { by: 'program', message: 'connection to server was lost' },
    ])
  })

  test('the warning before a session was lost is not why', () => {
    const { kept } = said(
      'psql:<stdin>:20: WARNUNG:  01000: obacht',
      'psql:<stdin>:20: error: connection to server was lost',
    )
    expect(kept.map(({ message }) => message)).toEqual(['connection to server was lost'])
  })

  test('a server that cannot be reached is a complaint', () => {
    expect(
      said('psql: error: connection to server on socket "/x" failed: FATAL:  Datenbank »x« existiert nicht').kept,
    ).toMatchObject([{ by: 'program', message: expect.stringMatching(/^connection to server/) }])
  })

  test.each(['SET transaction_timeout = 0;', 'SET default_tablespace = fast;'])(
    '%s may fail: it changes nothing that is compared',
    (statement) => {
      const complaints = said(
        'psql:<stdin>:9: FEHLER:  42704: unbekannt',
        'LOCATION:  x, y.c:1',
        `psql:<stdin>:9: STATEMENT:  ${statement}`,
      )
      expect(complaints).toMatchObject({ count: 0, harmless: 1 })
    },
  )
})

test.each([
  [
    "ALTER ROLE app WITH LOGIN PASSWORD 'hunter2' VALID UNTIL 'infinity';",
    "ALTER ROLE app WITH LOGIN PASSWORD '…' VALID UNTIL '…';",
  ],
  ["ALTER ROLE app SET app.key TO 'it''s hunter2';", "ALTER ROLE app SET app.key TO '…';"],
  ["ALTER DATABASE farm SET app.key TO 'hunter2';", "ALTER DATABASE farm SET app.key TO '…';"],
  [
    "CREATE SUBSCRIPTION s CONNECTION 'host=db password=hunter2\n' PUBLICATION p;",
    "CREATE SUBSCRIPTION s CONNECTION '…'",
  ],
  [
    "CREATE USER MAPPING FOR app SERVER s OPTIONS (password 'hunter2');",
    "CREATE USER MAPPING FOR app SERVER s OPTIONS (password '…');",
  ],
  ["CREATE TABLE t (a text DEFAULT 'cow');", "CREATE TABLE t (a text DEFAULT 'cow');"],
])('what is told of %j has no secret in it', (statement, told) => {
  const complaint: Complaint = { by: 'server', message: 'no', about: 'line 1', state: '42501', statement }
  expect(describeComplaint(complaint)).toBe(`no (SQLSTATE 42501); statement: ${told}`)
})
