import { describe, expect, test } from '@jest/globals'
import { roleStatements, withoutSuperuserAttributes } from '../../../src/restore/globals.js'

const SCRIPT = String.raw`--
-- PostgreSQL database cluster dump
--
\restrict 4d0ee
SET default_transaction_read_only = off;

DO $role$ BEGIN CREATE ROLE app; EXCEPTION WHEN duplicate_object THEN NULL; END $role$;
ALTER ROLE app WITH NOSUPERUSER INHERIT NOCREATEROLE CREATEDB LOGIN NOREPLICATION NOBYPASSRLS VALID UNTIL '2030-01-01 00:00:00+00';
COMMENT ON ROLE app IS 'line one;
line "two''; -- of it';
CREATE ROLE "Odd ""name"";";
ALTER ROLE "Odd ""name"";" SET search_path TO '$user', 'a;b';
ALTER ROLE app IN DATABASE other SET work_mem TO '8MB';
GRANT "Odd ""name"";" TO app WITH ADMIN OPTION, INHERIT TRUE GRANTED BY postgres;
GRANT readers TO app;
\unrestrict 4d0ee
`

describe('the roles in globals.sql', () => {
  test('are read statement by statement, whatever they are called and whatever their comments hold', () => {
    expect(roleStatements(SCRIPT).map(({ kind, role, group }) => [kind, role, group])).toEqual([
      ['create', 'app', undefined],
      ['alter', 'app', undefined],
      ['comment', 'app', undefined],
      ['create', 'Odd "name";', undefined],
      ['alter', 'Odd "name";', undefined],
      ['membership', 'app', 'Odd "name";'],
      ['membership', 'app', 'readers'],
    ])
  })

  test('are made by plain statements; who granted a membership is left out', () => {
    const [created, , comment] = roleStatements(SCRIPT)
    expect(created?.sql).toBe('CREATE ROLE app;')
    expect(comment?.sql).toBe(`COMMENT ON ROLE app IS 'line one;\nline "two''; -- of it';`)
    expect(
      roleStatements(SCRIPT)
        .filter(({ kind }) => kind === 'membership')
        .map(({ sql }) => sql),
    ).toEqual(['GRANT "Odd ""name"";" TO app WITH ADMIN OPTION, INHERIT TRUE;', 'GRANT readers TO app;'])
  })

  test('settings in one database are none of the role itself', () => {
    expect(roleStatements(SCRIPT).some(({ sql }) => sql.includes('IN DATABASE'))).toBe(false)
  })

  test('attributes that only a superuser may name can be left out', () => {
    const [, altered] = roleStatements(SCRIPT)
    expect(withoutSuperuserAttributes(altered!.sql)).toBe(
      `ALTER ROLE app WITH INHERIT NOCREATEROLE CREATEDB LOGIN VALID UNTIL '2030-01-01 00:00:00+00';`,
    )
  })
})
