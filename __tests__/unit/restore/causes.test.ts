import { describe, expect, test } from '@jest/globals'
import { findingsOf } from '../../../src/restore/causes.js'
import type { Complaint } from '../../../src/restore/complaint.js'

function codeOf(complaint: Partial<Complaint>): string | undefined {
  const whole: Complaint = { by: 'server', message: 'x', about: '', ...complaint }
  return findingsOf([whole], 1, 'post-data')[0]?.code
}

describe('whose fault an error is', () => {
  test.each([
    '08006', '53100', '53200', '53300', '57014', '57P01', '57P03', '58000', '58030', '25006', '54001', '40001', '40P01', '55P03', 'XX001',
  ])('%s is the server’s', (state) => {
    expect(codeOf({ state })).toBe('SCRATCH_FAILED')
  }) // prettier-ignore

  test.each([
    '23514',
    '23505',
    '42P01',
    '42P07',
    '55000',
    'P0001',
    '0A000',
    '22P02',
    '42501',
    'XX000',
    '42704',
    '22023',
    '3F000',
  ])('%s alone is the backup’s', (state) => {
    expect(codeOf({ state })).toBe('RESTORE_ERROR')
  })

  test.each<[string, Partial<Complaint>]>([
    ['a stop-word file', { state: 'F0000', about: 'TEXT SEARCH DICTIONARY public own postgres', message: 'konnte Stoppwortdatei »own.stop« nicht öffnen' }],
    ['any file', { state: '58P01', about: 'TABLE DATA public t postgres' }],
    ['a C library', { state: 'XX000', statement: "CREATE FUNCTION public.f() RETURNS int\n    LANGUAGE c\n    AS '$libdir/x', 'f';" }],
    ['a function of a C library', { state: '42883', statement: "CREATE FUNCTION public.f() RETURNS int\n    LANGUAGE \"c\"\n    AS '$libdir/x', 'f';" }],
    ['an extension', { state: '0A000', about: 'EXTENSION - hstore ' }],
    ['an extension of a script', { state: '55000', about: 'line 12', statement: 'CREATE EXTENSION IF NOT EXISTS pg_cron WITH SCHEMA public;' }],
    ['a locale', { state: '22023', about: 'COLLATION public german postgres' }],
    ['a locale of the system', { state: '42704', message: 'Sortierfolge »de_DE.utf8« für Kodierung »UTF8« existiert nicht', statement: 'CREATE TABLE public.t (\n  a text COLLATE pg_catalog."de_DE.utf8"\n);' }],
    ['a language', { state: '58P01', about: 'PROCEDURAL LANGUAGE - plperlu postgres' }],
    ['a time zone', { state: '22023', message: 'Zeitzone »America/Coyhaique« nicht anerkannt', statement: 'CREATE INDEX i ON t (x);' }],
    ['a setting', { state: '42704', message: 'unbekannter Konfigurationsparameter »shiny_mode«', statement: "CREATE FUNCTION f() RETURNS int LANGUAGE sql\n    SET shiny_mode TO 'on'\n    AS $$SELECT 1$$;" }],
    ['a tablespace', { state: '42704', statement: 'CREATE INDEX i ON t (x) TABLESPACE fast;' }],
    ['XML', { state: '0A000', message: 'nicht unterstützte XML-Funktionalität' }],
    ['a compression', { state: '0A000', statement: 'ALTER TABLE ONLY public.t ALTER COLUMN a SET COMPRESSION lz4;' }],
    ['the characters', { state: '22P05' }],
  ])('%s that is not there is what the server lacks', (_, complaint) => {
    expect(codeOf(complaint)).toBe('SCRATCH_LACKS')
  }) // prettier-ignore

  test.each<[string, Partial<Complaint>]>([
    ['the schema of an extension', { state: '3F000', about: 'EXTENSION - hstore ' }],
    ['a type', { state: '42704', message: 'Typ »x« existiert nicht', statement: 'CREATE TABLE public.t (a x COLLATE pg_catalog."C");' }],
    ['a function in SQL', { state: '42883', statement: 'CREATE FUNCTION f() RETURNS int\n LANGUAGE sql AS $$SELECT g()$$;' }],
    ['a value that is no time zone', { state: '22023', message: 'ungültiger Wert »a/b«' }],
    ['the comment of an extension', { state: '42501', about: 'COMMENT - EXTENSION hstore ' }],
  ])('%s that is not there is the backup’s', (_, complaint) => {
    expect(codeOf(complaint)).toBe('RESTORE_ERROR')
  }) // prettier-ignore

  test('what follows from something that the server lacks is not laid to the backup', () => {
    const complaints: Complaint[] = [
      { by: 'server', message: 'x', about: 'TEXT SEARCH DICTIONARY public own postgres', state: 'F0000' },
      { by: 'server', message: 'y', about: 'TEXT SEARCH CONFIGURATION public own postgres', state: '42704' },
    ]
    expect(findingsOf(complaints, 2, 'pre-data').map(({ code }) => code)).toEqual(['SCRATCH_LACKS'])
  })
})
