/** The least minors whose psql knows `\restrict`. */
const RESTRICTED_SINCE: Readonly<Record<number, number>> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 }

/**
 * `17.6` and later minors of each major: psql refuses commands of its own behind this one.
 *
 * https://www.postgresql.org/docs/current/app-psql.html, command \restrict
 */
export function knowsRestricted(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major >= 18 || minor >= (RESTRICTED_SINCE[major] ?? Infinity)
}
