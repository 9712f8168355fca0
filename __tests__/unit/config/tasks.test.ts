import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigurationError } from '../../../src/config/problems.js'
import { timetableOf } from '../../../src/fleet/timetable.js'
import { labelOf } from '../../../src/fleet/jobs.js'
import { LoaderFolder } from '../../support/configuration.js'
import { memoryLogger } from '../../support/ports.js'
import { removeTemporaryFolders } from '../../support/temporary.js'

let files: LoaderFolder

beforeEach(async () => {
  files = await LoaderFolder.make()
})

afterEach(removeTemporaryFolders)

const FILE = `
store: /backups/{database}
timezone: Europe/Madrid
schedule: "0 1 * * *"
period: daily
keep-daily: 7
types: { daily: { keep-daily: 14 }, weekly: {} }
tasks:
  maintain: { schedule: "41 4 * * 0", keep-daily: 9 }
  weekly-report: { operation: report, schedule: "5 7 * * 1", timezone: UTC, period: weekly, report-file: "/r/{database}.html" }
  full-check: { operation: validate, schedule: "0 5 1 * *", type: weekly }
  drill:
databases:
  masclet: { keep-daily: 8, types: { daily: { keep-daily: 15 } } }
  shop: { types: { weekly: off } }
`

describe('tasks of a file', () => {
  test('have an operation, which is their name where none is said, and a schedule of their own alone', async () => {
    const { tasks } = await files.load(FILE)
    expect(tasks).toEqual([
      { name: 'maintain', operation: 'maintain', schedule: '41 4 * * 0', timezone: 'Europe/Madrid' },
      { name: 'weekly-report', operation: 'report', schedule: '5 7 * * 1', timezone: 'UTC' },
      { name: 'full-check', operation: 'validate', schedule: '0 5 1 * *', type: 'weekly', timezone: 'Europe/Madrid' },
      { name: 'drill', operation: 'drill', timezone: 'Europe/Madrid' },
    ])
  })

  test('go before the rest of the file, for the runs that are this task, and not before flags', async () => {
    const loaded = await files.load(FILE)
    const keeps = (choice: Parameters<typeof loaded.optionsFor>[0]) => loaded.optionsFor(choice).keepDaily
    expect(keeps({ database: 'masclet', type: 'daily' })).toBe(15)
    expect(keeps({ database: 'masclet', type: 'daily', task: 'maintain' })).toBe(9)
    expect(keeps({ database: 'shop', task: 'maintain' })).toBe(9)
    expect(loaded.optionsFor({ database: 'shop', task: 'full-check' })).toMatchObject({
      type: 'weekly',
      task: 'full-check',
    })
    expect(loaded.commonOptions({ operation: 'report', task: 'weekly-report' })).toMatchObject({
      period: 'weekly',
      reportFile: '/r/{database}.html',
      task: 'weekly-report',
    })
    expect(loaded.commonOptions({ operation: 'report' }).period).toBe('daily')
    const given = await files.load(FILE, { flags: { task: 'weekly-report', period: 'daily' } })
    expect(given.commonOptions({ operation: 'report' })).toMatchObject({ period: 'daily', task: 'weekly-report' })
  })

  test.each([
    ['one that is not there', 'mantain', 'maintain', 'here is no task "mantain".*Did you mean "maintain"'],
    ['one like no other', 'zzzzzzzz', 'maintain', 'It names maintain, weekly-report, full-check, drill'],
    [
      'one of another operation',
      'weekly-report',
      'drill',
      'is of the operation report, and this run is a drill.*pg-lifeboat report --task weekly-report',
    ],
  ] as const)('a run that is %s is refused', async (_, task, operation, said) => {
    const loaded = await files.load(FILE)
    expect(() => loaded.optionsFor({ database: 'shop', task, operation })).toThrow(new RegExp(said, 's'))
    expect(() => loaded.commonOptions({ task, operation })).toThrow(new RegExp(said, 's'))
  })

  test('are due with the backups: once for all what only looks, else once for each database, or type of it', async () => {
    const { scheduled } = timetableOf(
      await files.load(FILE.replace('schedule: "0 1', 'jobs: 2 # "0 1')),
      memoryLogger(),
    )
    expect(scheduled.map(({ job, schedule }) => [labelOf(job), job.all ?? false, schedule])).toEqual([
      ['masclet maintain', false, '41 4 * * 0'],
      ['shop maintain', false, '41 4 * * 0'],
      ['weekly-report', true, '5 7 * * 1'],
      ['masclet weekly full-check', false, '0 5 1 * *'],
    ])
  })

  test('one database alone is looked at as itself', async () => {
    const text = 'databases: {a: }\ntasks: {watch: {schedule: "@hourly", missed-runs: skip}}'
    const { scheduled } = timetableOf(await files.load(text), memoryLogger())
    expect(scheduled).toEqual([
      { job: { operation: 'watch', task: 'watch' }, schedule: '@hourly', timezone: 'UTC', makesUp: false },
    ])
  })

  test('a variable that one database lacks is told, and the task of the others is due all the same', async () => {
    const text = `
store: /{database}
tasks: { maintain: { schedule: "@weekly" } }
types: { daily: }
databases: { a: { store: "\${NO_STORE}" }, b: }
`
    const logger = memoryLogger()
    const { scheduled } = timetableOf(await files.load(text), logger)
    expect(scheduled.map(({ job, makesUp }) => [labelOf(job), makesUp])).toEqual([
      ['a maintain', false],
      ['b maintain', true],
    ])
    expect(logger.said.map(({ message }) => message).join()).toMatch(/\[a maintain\] .*NO_STORE is not set/)
  })
})

describe('mistakes in tasks', () => {
  const OPERATIONS = 'a task is one of validate, rotate, drill, report, watch, maintain, doctor'
  test.each([
    [
      'a list',
      'tasks: [drill]',
      '1:1 "tasks" must be a mapping of names, each with its options: {maintain: {schedule: "@weekly"}}',
    ],
    ['a text', 'tasks: {drill: "@weekly"}', '1:9 the task "drill" must be a mapping of options'],
    [
      'a name with blanks',
      'tasks: {weekly report: {operation: report}}',
      "1:9 a task's name is a word of small letters, digits and hyphens, such as weekly-report",
    ],
    [
      'no operation',
      'tasks: {nightly: {schedule: "@daily"}}',
      `1:9 "operation" is missing in the task "nightly", whose name is none; ${OPERATIONS}`,
    ],
    [
      'a misspelled operation',
      'tasks: {x: {operation: raport}}',
      '1:24 "raport" is no operation of a task; did you mean "report"?',
    ],
    ['what is no operation', 'tasks: {x: {operation: 7}}', `1:24 ${OPERATIONS}`],
    [
      'a backup',
      'tasks: {backup: }',
      `1:9 "operation" is missing in the task "backup", whose name is none; ${OPERATIONS}`,
    ],
    [
      'a backup that says so',
      'tasks: {x: {operation: backup}}',
      `1:24 backups are begun by the schedules of "types"; ${OPERATIONS}`,
    ],
    [
      'a restore',
      'tasks: {x: {operation: restore}}',
      `1:24 a restore is begun by a person, never by a clock; ${OPERATIONS}`,
    ],
    [
      'a schedule that never comes',
      'tasks: {drill: {schedule: "0 0 30 2 *"}}',
      '1:27 "schedule" must be a cron expression whose time comes: there is no such date',
    ],
    ['the top in a task', 'tasks: {drill: {parallel: 2}}', '1:17 "parallel" has its place at the top of the file'],
    ['types in a task', 'tasks: {drill: {types: {}}}', '1:17 "types" has no place in a task'],
    [
      'an operation elsewhere',
      'types: {daily: {operation: drill}}',
      '1:17 what is done is said to a run; in the file it stands only in a task',
    ],
    ['a task at the top', 'task: drill', '1:1 which task is meant is said to a run; here they all stand under "tasks"'],
    [
      'a misspelled option',
      'tasks: {drill: {scenaro: all}}',
      '1:17 "scenaro" is not known here; did you mean "scenario"?',
    ],
    [
      'the name of a type',
      'types: {drill: }\ntasks: {drill: }',
      '2:9 "drill" is the name of a type and of a task; rename one of them',
    ],
  ])('%s', async (_, text, problem) => {
    const error: unknown = await files.load(text).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigurationError)
    const told = (error as ConfigurationError).problems.map(
      ({ place, message }) => `${place?.line}:${place?.column} ${message}`,
    )
    expect(told).toEqual([problem])
  })
})

test('a name may be that of an option, wherever names stand', async () => {
  const text =
    'store: /{database}\ntypes: {backup: {jobs: 2}}\ntasks: {period: {operation: report}}\ndatabases: {series: {jobs: 3}, a: }'
  const loaded = await files.load(text)
  expect(loaded.optionsFor({ database: 'series' }).jobs).toBe(3)
  expect(loaded.optionsFor({ database: 'a', type: 'backup' }).jobs).toBe(2)
  expect(loaded.tasks).toMatchObject([{ name: 'period', operation: 'report' }])
})
