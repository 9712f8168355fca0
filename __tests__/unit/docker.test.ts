import { describe, expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { access, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { OPTIONS } from '../../src/option-list.js'
import { argvOf, environmentOf, instructionsOf, valuesOf } from '../support/dockerfile.js'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

const root = path.resolve(import.meta.dirname, '../..')
const read = (name: string) => readFile(path.join(root, name), 'utf8')
const linesOf = async (name: string) => (await read(name)).split('\n').filter((line) => !/^(#|$)/.test(line))

interface Service {
  image?: string
  build?: { context: string; args?: Record<string, string> }
  environment?: Record<string, string>
  healthcheck?: unknown
  [key: string]: unknown
}
interface ComposeFile {
  services: Record<string, Service>
  configs: Record<string, { file: string }>
  secrets: Record<string, { file: string }>
  volumes: Record<string, unknown>
}

const instructions = instructionsOf(await read('Dockerfile'))
const compose = parse(await read('compose.yaml')) as ComposeFile
const { db = {}, backup = {} } = compose.services
const mounts = () => (backup.volumes as string[]).map((text) => text.split(':')[1])

describe('the Dockerfile', () => {
  const defaults = Object.fromEntries(valuesOf(instructions, 'ARG').map((text) => text.split('=') as [string, string]))

  test('takes images by a tag that says what is in them', () => {
    expect(valuesOf(instructions, 'FROM')).toEqual(['${NODE_IMAGE} AS node', '${POSTGRES_IMAGE}'])
    expect(defaults.POSTGRES_IMAGE).toBe('postgres:${POSTGRES_MAJOR}-${DEBIAN}')
    expect(defaults.NODE_IMAGE).toMatch(/^node:\d+-\$\{DEBIAN\}-slim$/)
    expect(defaults.DEBIAN).toMatch(/^[a-z]+$/)
  })

  test('runs the Node that the action runs on', async () => {
    const { runs } = parse(await read('action.yml')) as { runs: { using: string } }
    expect(defaults.NODE_IMAGE).toContain(`node:${runs.using.replace('node', '')}-`)
  })

  test('builds and fetches nothing but packages of the distribution', () => {
    for (const run of valuesOf(instructions, 'RUN')) {
      expect(run).not.toMatch(/\b(npm|npx|curl|wget|git|make|gcc|build-essential)\b/)
    }
    expect(valuesOf(instructions, 'ADD')).toEqual([])
  })

  test('is run by a user that is not root, and is told to stop by the signal that it knows', () => {
    const names = instructions.map(({ name }) => name)
    expect(valuesOf(instructions, 'USER')).toEqual(['postgres'])
    expect(names.lastIndexOf('USER')).toBeGreaterThan(names.lastIndexOf('RUN'))
    expect(valuesOf(instructions, 'STOPSIGNAL')).toEqual(['SIGTERM'])
  })

  test('runs the command line: schedules by default, and watches to tell its health', () => {
    expect(argvOf(instructions, 'ENTRYPOINT')).toEqual(['tini', '--', 'pg-lifeboat'])
    expect(argvOf(instructions, 'CMD')).toEqual(['schedule'])
    expect(argvOf(instructions, 'HEALTHCHECK')).toEqual(['pg-lifeboat', 'watch', '--all'])
  })

  test('gives the first backup as long as watch gives a daily one, without asking every few seconds', () => {
    const [health = ''] = valuesOf(instructions, 'HEALTHCHECK')
    expect(OPTIONS['max-age'].defaultText).toContain('`26h`')
    expect(health).toContain('--start-period=26h ')
    expect(health).toContain('--start-interval=1m ')
  })

  test('copies what is there and what .dockerignore lets through, which is nothing else', async () => {
    const copied = valuesOf(instructions, 'COPY').filter((value) => !value.startsWith('--from='))
    const sources = copied.map((value) => value.split(' ')[0] ?? '')
    for (const source of sources) await expect(access(path.join(root, source))).resolves.toBeUndefined()
    expect(await linesOf('.dockerignore')).toEqual(['*', ...sources.map((source) => `!${source}`)])
  })
})

describe('compose.yaml', () => {
  test('keeps the sets where the seed of this project keeps them', () => {
    expect(compose.volumes.backup_data).toEqual({
      driver: 'local',
      driver_opts: { type: 'none', device: '/data/backups', o: 'bind' },
    })
    expect(backup.volumes).toContain('backup_data:/backups')
  })

  test('uses one major everywhere', () => {
    const major = db.image?.replace('postgres:', '')
    expect(backup).toMatchObject({ build: { args: { POSTGRES_MAJOR: major } }, image: `pg-lifeboat:${major ?? ''}` })
    expect(valuesOf(instructions, 'ARG')).toContain(`POSTGRES_MAJOR=${major ?? ''}`)
  })

  test('waits for a database that answers, and starts both again', () => {
    expect(db.healthcheck).toMatchObject({ test: expect.arrayContaining(['CMD', 'pg_isready']), interval: '2s' })
    expect(backup.depends_on).toEqual({ db: { condition: 'service_healthy' } })
    expect([db.restart, backup.restart]).toEqual(['unless-stopped', 'unless-stopped'])
  })

  test('lets the backup write to nothing but its volumes, and become nobody else', () => {
    expect(backup).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
    for (const key of ['privileged', 'user', 'cap_add', 'ports', 'network_mode', 'pid', 'entrypoint']) {
      expect(backup).not.toHaveProperty(key)
    }
  })

  test('has a volume for every folder that the image writes to, and the configuration where the image looks for it', () => {
    expect(mounts()).toEqual(expect.arrayContaining(Object.values(environmentOf(instructions))))
    const [folder = ''] = valuesOf(instructions, 'WORKDIR')
    expect(backup.configs).toEqual([{ source: 'lifeboat', target: path.join(folder, 'lifeboat.yml') }])
  })

  test('has its secrets in files, which are neither committed nor sent to the builder', async () => {
    for (const { environment = {} } of [db, backup]) {
      const secret = Object.entries(environment).filter(([name]) => /PASSWORD|URL|KEY|TOKEN/.test(name))
      expect(secret.length).toBeGreaterThan(0)
      for (const [name, value] of secret) {
        expect(name).toMatch(/_FILE$/)
        expect(value).toMatch(/^\/run\/secrets\//)
        expect(Object.keys(compose.secrets)).toContain(path.basename(value))
      }
    }
    const ignored = await linesOf('.gitignore')
    for (const { file } of [...Object.values(compose.secrets), ...Object.values(compose.configs)]) {
      expect(ignored.some((line) => file.startsWith(`.${line}`))).toBe(true)
    }
  })
})

test('compose.yaml with its credentials for S3 uncommented has them as one more secret, and nothing else', async () => {
  const text = (await read('compose.yaml')).replaceAll(/^( *)# (?=\S*( \S*)?aws_credentials)/gm, '$1')
  const { services, secrets } = parse(text) as ComposeFile
  expect(secrets.aws_credentials).toEqual({ file: './secrets/aws_credentials' })
  expect(services.backup).toEqual({
    ...backup,
    environment: { ...backup.environment, AWS_SHARED_CREDENTIALS_FILE: '/run/secrets/aws_credentials' },
    secrets: ['database_url', 'aws_credentials'],
  })
})

/** How Compose is called here, which reads a file without an engine; undefined where it is not installed. */
async function composeProgram(): Promise<string[] | undefined> {
  const ways = [['docker', 'compose'], ['docker-compose']]
  for (const [program = '', ...args] of ways) {
    const works = await promisify(execFile)(program, [...args, 'version']).catch(() => null)
    if (works !== null) return [program, ...args]
  }
  return undefined
}

test('Compose itself understands compose.yaml, and would find a mistake', async () => {
  const found = await composeProgram()
  if (found === undefined) {
    process.emitWarning('Compose is not on this machine, so only the structure of compose.yaml was tested.')
    return
  }
  const [program = '', ...args] = found
  const check = (file: string) => promisify(execFile)(program, [...args, '-f', file, 'config', '-q'])
  await expect(check(path.join(root, 'compose.yaml'))).resolves.toBeDefined()
  const broken = path.join(await temporaryFolder(), 'compose.yaml')
  await writeFile(broken, (await read('compose.yaml')).replace('read_only:', 'raed_only:'))
  await expect(check(broken)).rejects.toThrow('raed_only')
  await removeTemporaryFolders()
})
