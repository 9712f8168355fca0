import { describe, expect, test } from '@jest/globals'

import { SUPPORTED_MAJORS, availableMajors, type Installation } from './installations.js'

/** Majors that must be there, from `REQUIRE_POSTGRES_MAJORS`, e.g. `17 18` or `17,18`. */
export function requiredMajors(): number[] {
  return (process.env.REQUIRE_POSTGRES_MAJORS ?? '')
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map(Number)
}

/**
 * Declares a suite once for every wanted major that is on this machine. A missing one is said on stderr and shown as
 * skipped; it fails when `REQUIRE_POSTGRES_MAJORS` lists it, and when no wanted major is there at all.
 */
export function describeMajors(
  subject: string,
  suite: (installation: Installation) => void,
  wanted: readonly number[] = SUPPORTED_MAJORS,
): void {
  const installations = availableMajors().filter(({ major }) => wanted.includes(major))
  for (const installation of installations) {
    describe(`${subject} on PostgreSQL ${installation.major}`, () => {
      suite(installation)
    })
  }
  const here = installations.map(({ major }) => major)
  for (const major of wanted.filter((each) => !here.includes(each))) {
    declareMissing(subject, major, here.length === 0 || requiredMajors().includes(major))
  }
}

function declareMissing(subject: string, major: number, fatal: boolean): void {
  const advice = `get it with scripts/lib/postgres-majors ${major}`
  const name = `${subject} on PostgreSQL ${major}: not on this machine, ${advice}`
  if (fatal) {
    test(name, () => {
      expect(availableMajors().map((installation) => installation.major)).toContain(major)
    })
    return
  }
  process.stderr.write(`\nNOT TESTED: ${name}\n`)
  describe.skip(name, () => {
    test('skipped', () => undefined)
  })
}
