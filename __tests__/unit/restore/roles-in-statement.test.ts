import { expect, test } from '@jest/globals'
import { rolesIn } from '../../../src/restore/roles-in-statement.js'

test.each([
  ['ALTER TABLE public.t OWNER TO shop;', ['shop']],
  ['ALTER TABLE public.t OWNER TO "Shop ""x""; y";\n\n', ['Shop "x"; y']],
  [
    'REVOKE ALL ON TABLE t FROM PUBLIC;\nGRANT SELECT ON TABLE t TO a;\nGRANT ALL ON TABLE t TO "b c" WITH GRANT OPTION;',
    ['a', 'b c'],
  ],
  ['SET SESSION AUTHORIZATION a;\nGRANT SELECT ON TABLE t TO b;\nRESET SESSION AUTHORIZATION;', ['b', 'a']],
  ['GRANT UPDATE(x),SELECT(y) ON TABLE public.t TO a, b;', ['a', 'b']],
  ['ALTER DEFAULT PRIVILEGES FOR ROLE own IN SCHEMA s GRANT SELECT ON TABLES TO reader;', ['own', 'reader']],
  ['CREATE POLICY p ON t FOR SELECT TO a, "B" USING (true);', ['a', 'B']],
  ['CREATE USER MAPPING FOR a SERVER s OPTIONS (\n  "user" \'x\'\n);', ['a']],
  ['GRANT a TO b GRANTED BY c;', ['b', 'c']],
  ['REVOKE ALL ON SCHEMA public FROM PUBLIC;', []],
  ["CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$SELECT 'x' FROM t$$;", []],
])('the roles in %s', (statement, roles) => {
  expect(rolesIn(statement).sort()).toEqual([...roles].sort())
})
