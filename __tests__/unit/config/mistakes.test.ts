import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigurationError } from '../../../src/config/problems.js'
import { LoaderFolder } from '../../support/configuration.js'
import { removeTemporaryFolders } from '../../support/temporary.js'

let files: LoaderFolder

beforeEach(async () => {
  files = await LoaderFolder.make()
})

afterEach(removeTemporaryFolders)

/** What is wrong with a file, as `2:1 "stoer" is …`. */
async function problemsOf(text: string, told: Parameters<LoaderFolder['load']>[1] = {}): Promise<string[]> {
  const { problems } = await errorOf(text, told)
  return problems.map(({ place, message }) => (place === undefined ? '' : `${place.line}:${place.column} `) + message)
}

async function errorOf(text: string, told: Parameters<LoaderFolder['load']>[1] = {}): Promise<ConfigurationError> {
  const error = await files.load(text, told).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ConfigurationError)
  return error as ConfigurationError
}

test('all problems are told at once, each with its place, its line and a mark', async () => {
  const error = await errorOf('store: /b\nkeep-dayly: 7\ntypes:\n  daily:\n\n    jobs: many # as many as there are\n')
  expect(error.exitCode).toBe(2)
  expect(error.message).toBe(
    [
      '2 problems in lifeboat.yml (while reading the options). Correct this and start again; docs/configuration.md tells what can be written.',
      '  lifeboat.yml:2:1: "keep-dayly" is not known here; did you mean "keep-daily"?',
      '    2 | keep-dayly: ***',
      '      | ^',
      '  lifeboat.yml:6:11: "jobs" must be a whole number',
      '    6 |     jobs: many',
      '      |           ^',
    ].join('\n'),
  )
})

test('a single problem is told in the first line', async () => {
  const { message } = await errorOf('jobs: ${JOBS}', { environment: { JOBS: 'x' } })
  expect(message.split('\n')).toEqual([
    'lifeboat.yml:1:7: "jobs" must be a whole number (while reading the options). Correct this and start again; docs/configuration.md tells what can be written.',
    '  1 | jobs: ${JOBS}',
    '    |       ^',
  ])
})

describe('keys', () => {
  test.each([
    ['a misspelled structure', 'databasse: {a: {}}', '1:1 "databasse" is not known here; did you mean "databases"?'],
    ['what is like nothing', 'zzzzzzz: 1', '1:1 "zzzzzzz" is not known here; docs/reference.md lists all options'],
    [
      'a database at the top',
      'masclet:\n  store: x',
      '1:1 "masclet" is not known here; a database stands under "databases", a type under "types"',
    ],
    [
      'one word less',
      'database:\n  a: {}',
      '1:1 which database is meant is said to a run; here they all stand under "databases"',
    ],
    [
      'what is typed to pass a guard',
      'confirm: app',
      '1:1 "confirm" is said to a run (--confirm), and has no place in a file',
    ],
    ['a type inside a type', 'types: {daily: {type: weekly}}', '1:17 the key above is the name of the type already'],
    ['types inside a type', 'types: {daily: {types: {}}}', '1:17 "types" has no place in a type'],
    [
      'databases inside a database',
      'databases: {a: {databases: {}}}',
      '1:17 "databases" has its place at the top of the file',
    ],
    [
      'the top inside a database',
      'databases: {a: {parallel: 2}}',
      '1:17 "parallel" has its place at the top of the file',
    ],
    [
      'a merge key',
      'databases: {a: &a {}, b: {<<: *a, store: x}}',
      '1:27 merge keys ("<<") are not read; what holds for several databases stands once, at the top',
    ],
    ['no word', '? [a]\n: b', '1:3 a key must be a word'],
    ['one twice', 'store: x\nstore: y', '2:1 this key is there twice in one mapping; leave one of the two out'],
    [
      'one of every object',
      'constructor: x',
      '1:1 "constructor" is not known here; docs/reference.md lists all options',
    ],
    [
      'the prototype',
      '__proto__: {store: x}',
      '1:1 "__proto__" is not known here; a database stands under "databases", a type under "types"',
    ],
  ])('%s', async (_, text, problem) => {
    expect(await problemsOf(text)).toEqual([problem])
  })
})

describe('structure', () => {
  test.each([
    [
      'no database',
      'databases:',
      '1:1 "databases" names none; write each as a key, with its options below it, or leave it out',
    ],
    [
      'a list of databases',
      'databases: [a, b]',
      '1:1 "databases" must be a mapping of names; write each as a key, with its options below it, or leave it out',
    ],
    [
      'a database that is text',
      'databases: {a: postgresql://db/a}',
      '1:13 the database "a" must be a mapping of options, such as {database-url: "postgresql://…"}',
    ],
    [
      'a name that leaves the folder',
      'databases: {..: {}}',
      '1:13 a database\'s name here is letters, digits, "_", "-" and ".", and becomes part of paths; this is not',
    ],
    [
      'a list of types',
      'types: [daily]',
      '1:1 "types" must be a mapping of names, each with its options: {daily: {keep-daily: 7}}',
    ],
    [
      'a type in capitals',
      'types: {Daily: {}}',
      "1:9 a type's name is a word of small letters, digits and hyphens, such as daily",
    ],
    ['a type that is a number', 'types: {daily: 7}', '1:9 the type "daily" must be a mapping of options, or off'],
    [
      'nothing to switch off at the top',
      'types: {daily: off}',
      '1:9 there is no type "daily" above that this would switch off; leave it out',
    ],
    [
      'nothing to switch off',
      'databases: {a: {types: {daily: }}}',
      '1:25 there is no type "daily" above that this would switch off; write {} for a type that has no options of its own',
    ],
    ['a list', '- store', '1:1 the file holds no mapping of option names to values, such as "store: /backups"'],
  ])('%s', async (_, text, problem) => {
    expect(await problemsOf(text)).toEqual([problem])
  })
})

describe('values', () => {
  test.each([
    ['a wrong unit', 'time-limit: 2 days', '1:13 "time-limit" must be a duration such as 30s, 5min or 2h'],
    ['no unit', 'lock-timeout: 5', '1:15 "lock-timeout" must be a duration with its unit, such as 30s, 5min or 2h'],
    [
      'a limit that no timer counts to',
      'time-limit: 1000h',
      '1:13 "time-limit" must be more than nothing and at most 576h',
    ],
    ['a number for a name', 'series: 2024', '1:9 "series" must be one text; put a number or a word in quotes'],
    ['a flag for a number', 'jobs: true', '1:7 "jobs" must be a whole number'],
    ['a list for a number', 'keep-daily: [7]', '1:13 "keep-daily" must be a whole number'],
    ['a word for a flag', 'rotate: maybe', '1:9 "rotate" must be true or false'],
    ['a word that is no choice', 'verify: most', '1:9 "verify" must be one of none, archive, data, full'],
    ['a mapping for a list', 'tables: {a: b}', '1:9 "tables" must be a list, or names separated by commas'],
    [
      'nothing in a list',
      'tables: [a, ]\nassertions: [null]',
      '2:13 "assertions" must be names separated by commas, or a list of them',
    ],
    [
      'a copy that is misspelled',
      'copies: [{to: /b, keep-dayly: 3}]',
      '1:9 "copies": "keep-dayly" is not known after /b; write keep-daily=…',
    ],
    [
      'no cron expression',
      'type: a\nschedule: daily',
      '2:11 "schedule" must be a cron expression of five fields, such as "17 2 * * *" (every day at 2:17)',
    ],
    [
      'a date',
      'type: a\nschedule: "2026-11-30T02:00:00"',
      '2:11 "schedule" must be a cron expression of five fields, such as "17 2 * * *" (every day at 2:17)',
    ],
    [
      'seconds',
      'type: a\nschedule: "0 17 2 * * *"',
      '2:11 "schedule" must be a cron expression of five fields, such as "17 2 * * *" (every day at 2:17)',
    ],
    [
      'a minute that no hour has',
      'type: a\nschedule: "61 2 * * *"',
      '2:11 "schedule" must be a cron expression of five fields, such as "17 2 * * *" (every day at 2:17): Invalid value for minute: 61',
    ],
    [
      'a day that never comes',
      'type: a\nschedule: "0 0 31 2 *"',
      '2:11 "schedule" must be a cron expression whose time comes: there is no such date',
    ],
    ['a tag', 'store: !secret x', '1:8 tags ("!…") are not read; put the text in quotes'],
    ['an alias of nothing', 'store: *there', '1:1 "*there" stands for nothing: there is no "&there" before it'],
    [
      'a list that holds itself',
      'tables: &a [*a]',
      '1:12 "tables" must be names separated by commas, or a list of them',
    ],
    [
      'a mapping that holds itself',
      'databases: &a {b: *a}',
      '1:16 "b" is not known here; docs/reference.md lists all options',
    ],
    [
      'a variable with a default',
      'store: "${A:-b}"',
      '1:8 "store": variables are written ${NAME}, with letters, digits and "_"; a "${" that stands for itself is written $${',
    ],
    [
      'a variable that is not closed',
      'store: ${A',
      '1:8 "store": variables are written ${NAME}, with letters, digits and "_"; a "${" that stands for itself is written $${',
    ],
    [
      'a database where none is named',
      'store: /b/{database}',
      '1:8 "store": {database} stands for the name of one of the "databases", and this file names none',
    ],
  ])('%s', async (_, text, problem) => {
    expect(await problemsOf(text)).toEqual([problem])
  })

  test('are looked at with their variables put in', async () => {
    expect(await problemsOf('jobs: ${JOBS}', { environment: { JOBS: 'many' } })).toEqual([
      '1:7 "jobs" must be a whole number',
    ])
    await expect(files.load('jobs: ${JOBS}', { environment: { JOBS: '4' } })).resolves.toBeDefined()
  })
})

describe('what is no YAML', () => {
  test.each([
    ['a quote that is never closed', 'type: a\nstore: "/b\njobs: 2\n', '2:8 a quote opens here and is never closed'],
    ['a second colon', 'store: a: b', '1:8 a second ": " stands in this line; put a value that holds one in quotes'],
    ['a tab', 'types:\n\tdaily: {}', '2:1 a line is indented with a tab; YAML takes blanks only'],
    [
      'a second document',
      'store: a\n---\nstore: b',
      '2:1 a second document begins with "---"; a configuration is one document',
    ],
    ['brackets without end', '['.repeat(20_000), expect.stringMatching(/^1:\d+ brackets are nested too deeply$/)],
  ])('%s', async (_, text, problem) => {
    expect(await problemsOf(text)).toEqual([problem])
  })

  test('is told once a line, and not without end', async () => {
    expect(await problemsOf('{store: ${X}}')).toEqual([
      expect.stringMatching(/^1:10 this is not YAML: .* Quotes .*`\$\{…\}`/),
    ])
    expect(await problemsOf('a: b: c\n'.repeat(50))).toHaveLength(10)
  })
})

describe('contradictions', () => {
  test.each([
    [
      'two databases with one store',
      'store: /b\ndatabases: {a: {}, b: {store: /c}, c: {}}',
      '1:8 the databases a, c have one store, which holds one series; write {database} in it, as in store: /backups/{database}',
    ],
    [
      'two that name none',
      'databases: {a: {}, b: {}}',
      '1:1 the databases a, b have one store (./backups, because none is named), which holds one series; write {database} in it, as in store: /backups/{database}',
    ],
    [
      'one folder, written in two ways',
      'databases:\n  a: {store: backups/x/}\n  b: {store: ./y/../backups/x}',
      '3:14 the databases a, b have one store, which holds one series; write {database} in it, as in store: /backups/{database}',
    ],
    [
      'the copy of one in the store of another',
      'databases:\n  a: {store: "s3://x/a"}\n  b: {store: /b, copies: [{to: "s3://x/a/"}]}',
      '3:26 the databases a, b have one store, which holds one series; write {database} in it, as in store: /backups/{database}',
    ],
    [
      'the store of a single type',
      'store: /b/{database}\ndatabases: {a: {types: {daily: {store: /x}}}, b: {types: {weekly: {store: /x}}}}',
      '2:75 the databases a, b have one store, which holds one series; write {database} in it, as in store: /backups/{database}',
    ],
    [
      'one series among the artifacts',
      'store: "artifact:"\nseries: app\ndatabases: {a: {}, b: {}}',
      '1:8 the databases a, b have one series among the artifacts; give each its own, for example series: "{database}"',
    ],
    [
      'a schedule for no type',
      'schedule: "17 2 * * *"',
      '1:1 a schedule starts backups of a type, and none is named; add "type: daily", or write it in "types"',
    ],
    [
      'services that would stay stopped',
      'stop-command: systemctl stop app',
      '1:15 "stop-command" without "start-command" would leave the services stopped',
    ],
    [
      'slots that nothing can fill',
      'keep-tier: full\ntypes: {daily: {}, hourly: {verify: data}}',
      '1:12 "keep-tier" asks for more than "verify" proves, so that no set would ever fill a slot of retention',
    ],
  ])('%s', async (_, text, problem) => {
    expect(await problemsOf(text)).toEqual([problem])
  })

  test.each([
    ['artifacts of databases whose series only the server tells', 'store: "artifact:"\ndatabases: {a: {}, b: {}}'],
    ['artifacts of two series', 'store: "artifact:#{database}"\ndatabases: {a: {}, b: {}}'],
    [
      'types that share the store of their database',
      'store: /b/{database}\ntypes: {daily: {}, weekly: {}}\ndatabases: {a: {}, b: {}}',
    ],
    ['a schedule with a type', 'schedule: "17 2 * * *"\ntype: daily'],
  ])('but not %s', async (_, text) => {
    await expect(files.load(text)).resolves.toBeDefined()
  })

  test('one store for all, when a run over all is told one', async () => {
    const text = 'store: /b/{database}\ndatabases: {a: {}, b: {}}'
    await expect(files.load(text, { flags: { store: '/c' } })).resolves.toBeDefined()
    const [problem] = await problemsOf(text, { flags: { store: '/c', all: 'true' } })
    expect(problem).toContain('the databases a, b have one store, which')
  })

  test('a start command that only the run is told is enough', async () => {
    const flags = { 'start-command': 'systemctl start app' }
    await expect(files.load('stop-command: systemctl stop app', { flags })).resolves.toBeDefined()
  })

  test('one run may verify less than what is kept asks for', async () => {
    await expect(files.load('keep-tier: full', { flags: { verify: 'archive' } })).resolves.toBeDefined()
  })
})

describe('what a run is given', () => {
  test('is told with the rest, wherever it stands', async () => {
    const told = {
      flags: { all: 'true', database: 'a', jobs: '0' },
      environment: { LIFEBOAT_STROE: 'x', LIFEBOAT_JOBS: 'many', LIFEBOAT_SCHEDULE: '17 2 * * *' },
    }
    expect(await problemsOf('stoer: x', told)).toEqual([
      'the variable LIFEBOAT_STROE is not an option of pg-lifeboat. Did you mean the variable LIFEBOAT_STORE?',
      'the variable LIFEBOAT_SCHEDULE has its place in lifeboat.yml only',
      '--jobs: must be at least 1',
      'the variable LIFEBOAT_JOBS: must be a whole number',
      '1:1 "stoer" is not known here; did you mean "store"?',
    ])
    expect((await errorOf('stoer: x', told)).message).toMatch(
      /^5 problems in lifeboat.yml and in what the run was given/,
    )
  })

  test('all and one database', async () => {
    const told = { flags: { all: 'true' }, environment: { LIFEBOAT_DATABASE: 'a' } }
    expect(await problemsOf('databases: {a: {}}', told)).toEqual([
      '--all and the variable LIFEBOAT_DATABASE are both given; leave one of them out',
    ])
    await expect(files.load('databases: {a: {}}', { ...told, flags: { all: 'false' } })).resolves.toBeDefined()
  })
})

describe('secrets', () => {
  const SECRET = 'hunter2'

  test.each([
    ['of a secret option', `database-url: [${SECRET}]\nwebhook-url: ${SECRET}\nping-url: ${SECRET}`],
    ['of a misspelled secret option', `webhook-secrt: ${SECRET}`],
    [
      'on the line of another mistake',
      `databases: {a: {webhook-secret: ${SECRET}, keep-dayly: 7, webhook-secrt: ${SECRET}, jobs: x}}`,
    ],
    ['in a comment', `jobs: many # was ${SECRET}`],
    ['behind an anchor', `x: &x ${SECRET}\nwebhook-url: *x`],
    ['in a location', `store: [ "s3://x/?secret=${SECRET}", "rsync://u:${SECRET}@h/m" ]`],
    ['in a command', `stop-command: curl -u https://u:${SECRET}@h --token=${SECRET}`],
    ['in a block of text', `decrypt-key: |\n  ${SECRET}\n  ${SECRET}\njobs: x`],
    ['in the block of an unknown key', `decrpt-key: |\n  ${SECRET}\n`],
    ['in the variable of a wrong value', 'webhook-url: ${SECRET}\njobs: ${SECRET}'],
    ['in a broken line', `webhook-secret: ${SECRET}: ${SECRET}`],
    ['in a broken line of another name', `webhook-secrt: "${SECRET}`],
    ['after a quote that is not closed', `store: "/b\nwebhook-secret: ${SECRET}\n`],
    ['beside a broken value', `store: a: {webhook-secret: ${SECRET}}`],
    ['beside a broken value, misspelled', `store: a: {webhook-sercet: ${SECRET}}`],
    ['in a broken block', `ssh-key: |\n -----BEGIN\nDEK-Info: ${SECRET}: x\n${SECRET}\n`],
    ['as the whole file', SECRET],
    ['as a key', `? [${SECRET}]\n: x`],
    ['in a tag', `webhook-secret: !x ${SECRET}`],
  ])('are not shown: %s', async (_, text) => {
    const { message, problems } = await errorOf(text, { environment: { SECRET } })
    expect(message).not.toContain(SECRET)
    expect(JSON.stringify(problems)).not.toContain(SECRET)
  })

  test('hide nothing else of the line', async () => {
    const { message } = await errorOf(
      `databases:\n  a: {store: /b, webhook-secret: ${SECRET}, jobs: x, verify: full}\n`,
    )
    expect(message).toContain('2 |   a: {store: /b, webhook-secret: ***, jobs: x, verify: full}\n')
    // The mark stands under the value, whatever the secret's length was.
    const [line = '', mark = ''] = message.split('\n').slice(-2)
    expect(line.charAt(mark.indexOf('^'))).toBe('x')
  })
})
