import { expect, test } from '@jest/globals'
import { parseConnection } from '../../../src/postgres/connection.js'
import { connectionTrouble } from '../../../src/postgres/connection-errors.js'

const settings = parseConnection({ databaseUrl: 'postgresql://shop@db.example/shop', environment: {} })

/** As pg hands on what the server sends: SQLSTATE and the name of its function are never translated. */
function refusal(message: string, code: string, routine: string): Error {
  return Object.assign(new Error(message), { code, routine })
}

test.each([
  ['no-such-role', 'role "shop" does not exist', '28000', 'InitializeSessionUserId'],
  ['no-such-role', 'Rolle »shop« existiert nicht', '28000', 'InitializeSessionUserId'],
  ['no-such-role', "le rôle « shop » n'est pas autorisé à se connecter", '28000', 'InitializeSessionUserId'],
  ['rejected-by-hba', 'kein pg_hba.conf-Eintrag für Host »127.0.0.1«', '28000', 'ClientAuthentication'],
  ['wrong-password', 'Passwort-Authentifizierung fehlgeschlagen', '28P01', 'auth_failed'],
  ['no-such-database', 'Datenbank »shop« existiert nicht', '3D000', 'InitPostgres'],
])('%s is told in any language: %s', (kind, message, code, routine) => {
  expect(connectionTrouble(refusal(message, code, routine), settings)).toMatchObject({ kind })
})
