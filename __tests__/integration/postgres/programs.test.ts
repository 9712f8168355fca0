import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'

import { OperationError } from '../../../src/errors.js'
import { compressionAbility } from '../../../src/postgres/compression.js'
import { findPrograms, findServerPrograms, type ClientSearch } from '../../../src/postgres/programs.js'
import { describeMajors } from '../../support/describe-majors.js'
import { defaultInstallation } from '../../support/installations.js'
import { realContext, type RealContext } from '../../support/real-context.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

let context: RealContext
let root: string
beforeEach(async () => {
  context = await realContext()
  root = await temporaryFolder()
})
afterEach(() => context.workspace.clean())
afterAll(removeTemporaryFolders)

async function script(file: string, body: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, `#!/bin/sh\n${body}\n`)
  await chmod(file, 0o755)
}

/** A folder with programs that only tell their version. */
async function install(folder: string, version: string, programs = CLIENT): Promise<string> {
  for (const name of programs) await script(path.join(root, folder, name), `echo "${name} (PostgreSQL) ${version}"`)
  return path.join(root, folder)
}

const CLIENT = ['pg_dump', 'pg_dumpall', 'pg_restore', 'psql']
const SERVER = ['initdb', 'postgres', 'pg_ctl']

const search = (more: Partial<ClientSearch>): ClientSearch => ({
  serverMajor: 15,
  preferredFolders: [],
  places: [path.join(root, 'lib', '*', 'bin')],
  environment: { PATH: path.join(root, 'path') },
  processes: context.processes,
  ...more,
})

describe('findPrograms', () => {
  test('takes the own major of the server, among several', async () => {
    await install('lib/14/bin', '14.9')
    const own = await install('lib/15/bin', '15.4 (Debian 15.4-2)')
    await install('lib/16/bin', '16.0')
    const programs = await findPrograms(search({}))
    expect(programs).toMatchObject({ major: 15, version: '15.4', origin: own, source: 'installed', exact: true })
    expect(programs.command('pg_dump', ['-Fd'])).toEqual({ program: path.join(own, 'pg_dump'), args: ['-Fd'] })
  })

  test('else the nearest newer one', async () => {
    await install('lib/14/bin', '14.9')
    await install('lib/17/bin', '17.2')
    const nearest = await install('lib/16/bin', '16.0')
    await install('lib/18/bin', '18beta1')
    expect(await findPrograms(search({}))).toMatchObject({ major: 16, origin: nearest, exact: false })
    expect(await findPrograms(search({ serverMajor: 18 }))).toMatchObject({
      major: 18,
      version: '18beta1',
      exact: true,
    })
  })

  test('prefers the folders that the user names, and finds those on PATH', async () => {
    await install('lib/15/bin', '15.4')
    const mine = await install('mine', '15.1')
    expect(await findPrograms(search({ preferredFolders: [mine] }))).toMatchObject({ origin: mine })
    const onPath = await install('path', '17.1')
    expect(await findPrograms(search({ serverMajor: 17 }))).toMatchObject({ origin: onPath })
  })

  test('passes over a folder that is not complete, a program that does not run, and the wrapper of Debian', async () => {
    await install('lib/15/bin', '15.4', ['pg_dump', 'psql'])
    await install('lib/16/bin', '16.0')
    await script(path.join(root, 'lib/16/bin/pg_dump'), 'echo "cannot open shared object file" >&2; exit 127')
    await script(path.join(root, 'share', 'pg_wrapper'), 'echo "pg_dump (PostgreSQL) 15.4"')
    await mkdir(path.join(root, 'path'))
    for (const name of CLIENT) await symlink('../share/pg_wrapper', path.join(root, 'path', name))
    const last = await install('lib/17/bin', '17.0')
    expect(await findPrograms(search({}))).toMatchObject({ origin: last })
  })

  test('an error names what was found and the command that installs what is missing', async () => {
    const old = await install('lib/14/bin', '14.9')
    const failing = findPrograms(search({ serverMajor: 16 }))
    await expect(failing).rejects.toThrow(OperationError)
    await expect(failing).rejects.toThrow(`found: 14.9 in ${old}`)
    await expect(failing).rejects.toThrow(/postgres-bin.*postgresql.*16/s)
  })

  test('runs the programs in the image of PostgreSQL where Docker works', async () => {
    const calls = path.join(root, 'calls')
    await script(
      path.join(root, 'path', 'docker'),
      `printf '%s\\n' "$@" -- >> ${calls}
       case "$1" in run) echo "pg_dump (PostgreSQL) 16.3 (Debian 16.3-1)";; esac`,
    )
    const programs = await findPrograms(search({ serverMajor: 16, containerFolders: ['/run/socket'] }))
    expect(programs).toMatchObject({ major: 16, version: '16.3', origin: 'postgres:16', source: 'docker', exact: true })
    expect(await readFile(calls, 'utf8')).toContain('pull\n--quiet\npostgres:16\n')
    const { program, args } = programs.command('pg_dump', ['--file=/backups/db/x/dump', '--format=directory'])
    expect(program).toBe('docker')
    const image = args.indexOf('postgres:16')
    expect(args.slice(image + 1)).toEqual(['--file=/backups/db/x/dump', '--format=directory'])
    const options = args.slice(0, image)
    expect(options.slice(0, 5)).toEqual(['run', '--rm', '--interactive', '--init', '--network=host'])
    for (const option of [
      '--entrypoint=pg_dump',
      '--mount=type=bind,source=/backups/db/x,target=/backups/db/x',
      '--mount=type=bind,source=/run/socket,target=/run/socket',
      `--user=${process.getuid?.() ?? ''}:${process.getgid?.() ?? ''}`,
      '--env=PGPASSFILE',
      '--env=PGPASSWORD',
      '--env=PGHOST',
    ]) {
      expect(options).toContain(option)
    }
    expect(options.filter((option) => /^--env=.*=/.test(option))).toEqual([])
  })

  test('a Docker without an engine is no way', async () => {
    await script(path.join(root, 'path', 'docker'), 'echo "Cannot connect to the Docker daemon" >&2; exit 1')
    await expect(findPrograms(search({}))).rejects.toThrow(/not on this machine/)
  })
})

describe('findServerPrograms', () => {
  test('takes the own major, else the nearest newer, else none', async () => {
    const sixteen = await install('lib/16/bin', '16.0', SERVER)
    const seventeen = await install('lib/17/bin', '17.0', SERVER)
    await install('lib/18/bin', '18.0', CLIENT)
    const find = (major: number): Promise<unknown> => findServerPrograms({ ...search({}), major })
    expect(await find(16)).toEqual({ folder: sixteen, version: '16.0', major: 16 })
    expect(await find(15)).toMatchObject({ folder: sixteen })
    expect(await find(17)).toMatchObject({ folder: seventeen })
    expect(await find(18)).toBeNull()
  })
})

test('the real programs of this machine are found', async () => {
  const { major, bin } = defaultInstallation()
  const real = { preferredFolders: [bin], environment: process.env, processes: context.processes }
  expect(await findPrograms({ ...real, serverMajor: major })).toMatchObject({ major, exact: true, source: 'installed' })
  expect(await findServerPrograms({ ...real, major })).toMatchObject({ major })
})

describeMajors('compressionAbility', ({ clientBin }) => {
  test('is what pg_dump itself says', async () => {
    const processes = context.processes
    const programs = await findPrograms({
      ...search({ serverMajor: 0, preferredFolders: [clientBin], places: [], environment: {} }),
      processes,
    })
    const modern = programs.major >= 16
    expect(await compressionAbility(programs, { processes, environment: process.env })).toEqual({
      major: programs.major,
      zstd: modern,
      lz4: modern,
    })
  })
})
