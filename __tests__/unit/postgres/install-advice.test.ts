import { expect, test } from '@jest/globals'

import { installAdvice } from '../../../src/postgres/install-advice.js'

test('the command is exact for each system, with sudo only where it is needed', () => {
  expect(installAdvice(17, { system: 'debian', isRoot: false })).toContain(
    'else install them: sudo apt-get install -y postgresql-common && ' +
      'sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && sudo apt-get install -y postgresql-client-17',
  )
  expect(installAdvice(17, { system: 'debian', isRoot: true })).not.toContain('sudo')
  expect(installAdvice(16, { system: 'alpine', isRoot: true })).toContain(
    'else install them: apk add postgresql16-client',
  )
  expect(installAdvice(16, { system: 'macos', isRoot: false })).toContain(
    'else install them: brew install postgresql@16',
  )
  expect(installAdvice(16, { system: 'other', isRoot: false })).toContain('postgres-bin')
})
