import { expect, test } from '@jest/globals'
import { repeatableRoles } from '../../../src/backup/globals.js'

test('a role that is there already is passed over; everything else stays as it is', () => {
  const rest = `ALTER ROLE app WITH NOSUPERUSER LOGIN VALID UNTIL 'infinity';\nGRANT app TO "odd ""name"" -- ;";\n`
  expect(repeatableRoles(`CREATE ROLE app;\nCREATE ROLE "odd ""name"" -- ;";\n${rest}`)).toBe(
    `DO $role$ BEGIN CREATE ROLE app; EXCEPTION WHEN duplicate_object THEN NULL; END $role$;
DO $role$ BEGIN CREATE ROLE "odd ""name"" -- ;"; EXCEPTION WHEN duplicate_object THEN NULL; END $role$;
${rest}`,
  )
})

test('no name ends the block that it stands in', () => {
  expect(repeatableRoles('CREATE ROLE "$role$";\n')).toBe(
    'DO $role_$ BEGIN CREATE ROLE "$role$"; EXCEPTION WHEN duplicate_object THEN NULL; END $role_$;\n',
  )
})
