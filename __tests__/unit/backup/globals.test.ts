import { expect, test } from '@jest/globals'
import { repeatableRoles } from '../../../src/backup/globals.js'

test('a role that is there is passed over, with the attributes that the dump gives it', () => {
  const dump = `CREATE ROLE app;
ALTER ROLE app WITH NOSUPERUSER LOGIN VALID UNTIL 'infinity';
CREATE ROLE "odd ""name"" -- ;";
ALTER ROLE "odd ""name"" -- ;" WITH NOLOGIN;
COMMENT ON ROLE app IS 'x';
ALTER ROLE app SET work_mem TO '9MB';
GRANT app TO "odd ""name"" -- ;" GRANTED BY postgres;
`
  expect(repeatableRoles(dump)).toBe(
    `DO $role$ BEGIN CREATE ROLE app; ALTER ROLE app WITH NOSUPERUSER LOGIN VALID UNTIL 'infinity'; EXCEPTION WHEN duplicate_object THEN NULL; END $role$;
DO $role$ BEGIN CREATE ROLE "odd ""name"" -- ;"; ALTER ROLE "odd ""name"" -- ;" WITH NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $role$;
COMMENT ON ROLE app IS 'x';
ALTER ROLE app SET work_mem TO '9MB';
GRANT app TO "odd ""name"" -- ;" GRANTED BY postgres;
`,
  )
})

test('no name ends the block that it stands in', () => {
  expect(repeatableRoles('CREATE ROLE "$role$";\n')).toBe(
    'DO $role_$ BEGIN CREATE ROLE "$role$"; EXCEPTION WHEN duplicate_object THEN NULL; END $role_$;\n',
  )
})
