import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { chmod, chown, cp, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { userNamed } from '../../src/platform/users.js'
import { startCluster, type TestCluster } from '../support/cluster.js'
import { commandLineBundle } from '../support/command-line.js'
import { createSampleDatabase } from '../support/databases/index.js'
import { argvOf, environmentOf, instructionsOf, valuesOf } from '../support/dockerfile.js'
import { placed, stepsOf } from '../support/runnable-page.js'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

/*
 * What can be said of the container without an engine: the very commands of the Dockerfile, in its environment and that of
 * compose.yaml, as a user that is not root and may write to nothing but the volumes. Every path is below a folder of its own.
 */

jest.setTimeout(120_000)

const repository = path.resolve(import.meta.dirname, '../..')
const read = (name: string) => readFile(path.join(repository, name), 'utf8')
const instructions = instructionsOf(await read('Dockerfile'))
const [workingFolder = ''] = valuesOf(instructions, 'WORKDIR')

/** PostgreSQL's own user where the test is root, as in the container; otherwise whoever runs the test. */
const user = process.getuid?.() === 0 ? (userNamed('postgres') ?? userNamed('nobody')) : undefined

let cluster: TestCluster
let root: string
let environment: Record<string, string>

beforeAll(async () => {
  cluster = await startCluster({ auth: 'scram' })
  await createSampleDatabase(cluster, 'masclet_imperi', 200)
  root = await temporaryFolder()
  await chmod(root, 0o755)
  await install()
  environment = {
    PATH: [path.join(root, 'usr/bin'), path.dirname(process.execPath), cluster.clientBin, '/usr/bin', '/bin'].join(':'),
    HOME: '/nonexistent',
    ...(await environmentInside()),
  }
})
afterAll(async () => {
  await cluster.remove()
  await chmod(path.join(root, 'opt/pg-lifeboat'), 0o755)
  await removeTemporaryFolders()
})

/** Does what the instructions of the Dockerfile do, and puts in place what compose.yaml mounts. */
async function install(): Promise<void> {
  for (const folder of ['usr/bin', 'opt', 'run/secrets', workingFolder]) {
    await mkdir(path.join(root, folder), { recursive: true })
  }
  await cp(path.dirname(commandLineBundle()), path.join(root, 'opt/pg-lifeboat'), { recursive: true })
  await symlink(path.join(root, 'opt/pg-lifeboat/index.js'), path.join(root, 'usr/bin/pg-lifeboat'))
  await writeFile(path.join(root, 'usr/bin/tini'), '#!/bin/sh\n[ "$1" = -- ] && shift && exec "$@"\n', { mode: 0o755 })
  await chmod(path.join(root, 'opt/pg-lifeboat'), 0o555)
  const url = cluster.url('masclet_imperi', { user: 'postgres', password: cluster.password ?? '' })
  await writeFile(path.join(root, 'run/secrets/database_url'), `${url}\n`)
  const file = stepsOf(await read('README.md')).find((step) => step.kind === 'file')
  const configuration = placed(file?.text ?? '', [['/backups/', path.join(root, '/backups/')]])
  await writeFile(path.join(root, workingFolder, 'lifeboat.yml'), configuration)
  for (const volume of ['backups', 'scratch', 'var/lib/pg-lifeboat']) {
    await mkdir(path.join(root, volume), { recursive: true })
    await chmod(path.join(root, volume), 0o700)
    if (user !== undefined) await chown(path.join(root, volume), user.uid, user.gid)
  }
}

/** The variables of the image and of the service, with the paths in them moved. */
async function environmentInside(): Promise<Record<string, string>> {
  const { services } = parse(await read('compose.yaml')) as {
    services: Record<string, { environment?: Record<string, string> }>
  }
  const all = { ...environmentOf(instructions), ...services.backup?.environment }
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, path.join(root, value)]))
}

interface Ended {
  code: number | null
  output: string
}

/** Runs a command in the container that there is not. */
function inside(
  argv: readonly string[],
  at?: { when: (output: string) => boolean; signal: NodeJS.Signals },
): Promise<Ended> {
  const [program = '', ...args] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: environment,
      cwd: path.join(root, workingFolder),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
      ...(user !== undefined && { uid: user.uid, gid: user.gid }),
    })
    let output = ''
    let isTold = false
    const hear = (text: string) => {
      output += text
      if (at !== undefined && !isTold && at.when(output)) isTold = child.kill(at.signal)
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, output })
    })
  })
}

const health = () => inside(argvOf(instructions, 'HEALTHCHECK'))

/** Those of the README's lifeboat.yml. */
const TYPES = 2

describe('in the container', () => {
  test('it is not healthy before each type of the configuration is proven, which it sees to as soon as it starts', async () => {
    expect(await health()).toMatchObject({ code: 1 })
    const argv = [...argvOf(instructions, 'ENTRYPOINT'), ...argvOf(instructions, 'CMD')]
    const [signal] = valuesOf(instructions, 'STOPSIGNAL') as NodeJS.Signals[]
    const proofs = (output: string) => output.split('] done, proven full').length - 1
    const ended = await inside(argv, { when: (output) => proofs(output) >= TYPES, signal: signal ?? 'SIGKILL' })
    expect(ended).toMatchObject({ code: 0 })
    expect(await health()).toMatchObject({ code: 0 })
    const made = await readdir(path.join(root, 'backups/masclet_imperi'))
    expect(made).toEqual(expect.arrayContaining(['daily', 'log', 'weekly']))
  })

  test('a backup by hand works, nothing says the password, and nothing is left in scratch', async () => {
    const backup = await inside(['pg-lifeboat', 'backup', '--type', 'daily'])
    expect(backup).toMatchObject({ code: 0 })
    const told = `${backup.output}\n${(await health()).output}`
    expect(cluster.password?.length).toBeGreaterThan(5)
    expect(told).not.toContain(cluster.password)
    expect(await readdir(path.join(root, 'scratch'))).toEqual([])
  })

  test('each task of the configuration can be run by hand too', async () => {
    // As after some time: of each type there is a backup to fall back on.
    expect(await inside(['pg-lifeboat', 'backup', '--type', 'weekly'])).toMatchObject({ code: 0 })
    for (const [operation, done] of [
      ['maintain', 'was vacuumed and analyzed'],
      ['drill', '✅ Recovery'],
      ['report', 'seven days'],
    ] as const) {
      const ran = await inside(['pg-lifeboat', operation, '--task', operation])
      expect({ operation, ...ran, output: '' }).toEqual({ operation, code: 0, output: '' })
      expect(ran.output).toContain(done)
    }
    expect(await readFile(path.join(root, 'backups/week.html'), 'utf8')).toContain('last seven days')
  })
})
