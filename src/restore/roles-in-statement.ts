const ROLE = String.raw`(?:"(?:[^"]|"")+"|[^\s";,()]+)`
const ROLES = String.raw`(${ROLE}(?:\s*,\s*${ROLE})*)`

/** Where statements of a dump name roles. */
const PLACES = [
  String.raw`\bOWNER TO ${ROLES}\s*(?:;|$)`,
  String.raw`^GRANT [^;]*? TO ${ROLES}`,
  String.raw`^REVOKE [^;]*? FROM ${ROLES}`,
  String.raw`\bGRANTED BY ${ROLES}`,
  String.raw`^ALTER DEFAULT PRIVILEGES FOR ROLE ${ROLES}`,
  String.raw`^ALTER DEFAULT PRIVILEGES [^;]*? (?:GRANT|REVOKE) [^;]*? (?:TO|FROM) ${ROLES}`,
  String.raw`^CREATE POLICY [^;]*? TO ${ROLES}`,
  String.raw`^CREATE USER MAPPING FOR ${ROLES}`,
  String.raw`^SET SESSION AUTHORIZATION ${ROLES}`,
  String.raw`^(?:CREATE SCHEMA [^;]*? )AUTHORIZATION ${ROLES}`,
].map((place) => new RegExp(place, 'gm'))

/** Words that stand where a role could. */
const NO_ROLES = new Set(['public', 'current_user', 'session_user', 'current_role', 'user', 'group', 'default'])

/**
 * The roles that the statements of a dump name, as far as their text shows. An error about a missing role is in the
 * server's language; what was asked is not.
 */
export function rolesIn(statements: string): string[] {
  const lists = PLACES.flatMap((place) => [...statements.matchAll(place)].map(([, list = '']) => list))
  const names = lists.flatMap((list) => list.match(new RegExp(ROLE, 'g')) ?? [])
  const roles = names.filter((name) => !NO_ROLES.has(name.toLowerCase())).map(unquoted)
  return [...new Set(roles)]
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}
