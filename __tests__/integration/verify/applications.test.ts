import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import path from 'node:path'

import { describeFinding } from '../../../src/findings.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import {
  APPLICATIONS,
  createApplications,
  LAST_TO_BUILD_UNQUALIFIED,
  UNQUALIFIED_IN_INDEXES,
} from '../../support/databases/applications.js'
import { availableMajors, defaultInstallation, installationOf } from '../../support/installations.js'
import { RecoveryBench, type Ran } from '../../support/recovery.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

const FULL = process.env.FULL_APPLICATIONS === '1'
const FORMATS = ['directory', 'custom', 'plain'] as const
type Format = (typeof FORMATS)[number]

/** Majors to restore into: the source's own and those after it, as somebody who moves to a newer server does. */
function targetsOf(source: number): number[] {
  return availableMajors()
    .filter(({ major, hasClient }) => major === source || (major > source && hasClient))
    .map(({ major }) => major)
}

const SOURCES = FULL ? availableMajors().map(({ major }) => major) : [defaultInstallation().major]

function canHold(target: number, source: number, name: string): boolean {
  const crosses = source <= LAST_TO_BUILD_UNQUALIFIED && target > LAST_TO_BUILD_UNQUALIFIED
  return !crosses || !UNQUALIFIED_IN_INDEXES.has(name)
}

/** Every source, format and target of one application; in the quick suite one of each, in turns. */
function turnsOf(source: number, name: string, index: number): { format: Format; target: number }[] {
  const targets = targetsOf(source).filter((target) => canHold(target, source, name))
  if (FULL) return FORMATS.flatMap((format) => targets.map((target) => ({ format, target })))
  // The targets move on every third application, so that each format meets each major.
  const target = targets[(index + Math.floor(index / FORMATS.length)) % targets.length]
  const format = FORMATS[index % FORMATS.length]
  return target === undefined || format === undefined ? [] : [{ format, target }]
}

if (!FULL) {
  const left = 'each application in one format and into one major; all of them with FULL_APPLICATIONS=1'
  process.stderr.write(`\nQUICK: applications.test.ts tries ${left}.\n`)
}

/** What may be told of these databases, because it is true: of a newer client, a newer server, roles without passwords. */
const TRUE_NOTES = new Set([
  'EXTENSION_VERSION_DIFFERS',
  'TOOLS_OTHER_MAJOR',
  'SCRATCH_MAJOR_DIFFERS',
  'TARGET_MAJOR_DIFFERS',
  'ROLE_WITHOUT_PASSWORD',
])

/** vacuumdb empties the search path, so it cannot analyze an index over a function that calls another without its schema. */
function isTrue(code: string, name: string): boolean {
  return TRUE_NOTES.has(code) || (code === 'STATISTICS_MISSING' && UNQUALIFIED_IN_INDEXES.has(name))
}

/** How it ended, and everything that was found but `TRUE_NOTES`. */
function outcomeOf({ report, exitCode }: Ran, name: string): unknown {
  const found = [...report.findings, ...(report.proof?.findings ?? [])]
  const told = found.filter(({ severity, code }) => severity !== 'info' && !isTrue(code, name))
  return {
    exitCode,
    outcome: report.proof?.outcome,
    found: told.map(describeFinding),
    failure: report.failure?.message,
  }
}
const WELL = { exitCode: 0, outcome: 'proven', found: [], failure: undefined }

describe.each(SOURCES)('applications on PostgreSQL %i', (major) => {
  const targets = new Map<number, TestCluster>()
  let source: TestCluster
  let bench: RecoveryBench

  beforeAll(async () => {
    source = await startCluster({ ...installationOf(major), settings: { wal_level: 'logical' } })
    for (const each of targetsOf(major)) targets.set(each, await startCluster(installationOf(each)))
    bench = await RecoveryBench.make(await temporaryFolder(), source)
    await createApplications(source)
  })
  afterAll(async () => {
    await Promise.all([source.remove(), ...[...targets.values()].map((target) => target.remove())])
    await removeTemporaryFolders()
  })

  const cases = APPLICATIONS.flatMap((name, index) => turnsOf(major, name, index).map((turn) => ({ name, ...turn })))

  test.each(cases)('$name is proven as $format, and restored into $target', async ({ name, format, target }) => {
    const cluster = targets.get(target)
    if (cluster === undefined) throw new Error(`No server of PostgreSQL ${target} was started.`)
    const type = `${name}-${format}-${target}`
    const store = path.join(bench.root, type)
    const programs = { store, 'postgres-bin': [cluster.clientBin, source.bin, source.clientBin].join(', ') }
    const backedUp = await bench.run('backup', {
      ...programs,
      'database-url': source.url(name),
      type,
      format,
      jobs: '4',
      'scratch-url': cluster.url(),
    })
    expect(outcomeOf(backedUp, name)).toEqual(WELL)
    const restored = await bench.run('restore', { ...programs, 'target-url': cluster.url(type), type, jobs: '4' })
    expect(outcomeOf(restored, name)).toEqual(WELL)
  })
})

test('there are twenty of them at least', () => {
  expect(APPLICATIONS.length).toBeGreaterThanOrEqual(20)
})
