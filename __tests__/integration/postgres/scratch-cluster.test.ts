import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'

import { CouldNotVerifyError, InterruptedError } from '../../../src/errors.js'
import { acquireScratch } from '../../../src/postgres/acquire-scratch.js'
import type { Scratch, ScratchRequest } from '../../../src/postgres/scratch.js'
import { withSession } from '../../../src/postgres/session.js'
import { compiledSource, removeCompiledSources, runCompiled } from '../../support/compiled.js'
import { describeMajors } from '../../support/describe-majors.js'
import { defaultInstallation } from '../../support/installations.js'
import { realContext, type RealContext } from '../../support/real-context.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

const { bin, major } = defaultInstallation()

const request = (more: Partial<ScratchRequest['source']> = {}): ScratchRequest => ({
  kind: 'cluster',
  preferredFolders: [bin],
  source: {
    major,
    bootstrapRole: 'rdsadmin',
    systemIdentifier: null,
    encoding: 'UTF8',
    localeProvider: 'c',
    collate: 'C.UTF-8',
    ctype: 'C.UTF-8',
    icuLocale: null,
    ...more,
  },
})

/** Ours in the folder for temporary files, and the servers that run in them. */
function leftovers(pid = process.pid): string[] {
  const folders = readdirSync(os.tmpdir()).filter((name) => name.startsWith(`pg-lifeboat-${pid}-`))
  return folders.filter((name) => existsSync(path.join(os.tmpdir(), name, 'socket')))
}

async function removeFoldersOf(pid = 0): Promise<void> {
  const names = readdirSync(os.tmpdir()).filter((name) => name.startsWith(`pg-lifeboat-${pid}-`))
  await Promise.all(names.map((name) => rm(path.join(os.tmpdir(), name), { recursive: true, force: true })))
}

function serversIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        return /\/(postgres|initdb)$/.test(program) && args.join(' ').includes(folder)
      } catch {
        return false
      }
    })
    .map(Number)
}

async function eventually(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 400 && !condition(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return condition()
}

let context: RealContext
beforeEach(async () => {
  context = await realContext()
})
afterEach(async () => {
  await context.workspace.clean()
})
afterAll(removeTemporaryFolders)
afterAll(removeCompiledSources)

describeMajors('a throw-away cluster', (installation) => {
  test('has the role and the locale of the source, no port, and leaves nothing', async () => {
    const source = { ...request().source, major: installation.major }
    const preferredFolders = [installation.bin, installation.clientBin]
    const scratch = await acquireScratch({ ...request(), source, preferredFolders }, context)
    expect(scratch).toMatchObject({ kind: 'cluster', major: installation.major, superuser: true })
    const { settings, localeFallback } = await scratch.createDatabase()
    expect(localeFallback).toBeNull()
    const [facts] = await withSession(settings, {}, (session) =>
      session.query(
        `SELECT current_user AS role, rolsuper AS super, datcollate AS collate, current_setting('listen_addresses') AS tcp,
                current_setting('fsync') AS fsync, current_setting('wal_level') AS wal,
                (SELECT min(oid::int) FROM pg_roles) = pg_roles.oid::int AS bootstrap
           FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()`,
      ),
    )
    expect(facts).toEqual({
      role: 'rdsadmin',
      super: true,
      collate: 'C.UTF-8',
      tcp: '',
      fsync: 'off',
      wal: 'minimal',
      bootstrap: true,
    })
    const folder = path.dirname(settings.host)
    await scratch.release()
    await scratch.release()
    expect(existsSync(folder)).toBe(false)
    expect(serversIn(folder)).toEqual([])
    expect(context.logger.said.filter(({ level }) => level === 'warning')).toEqual([])
  })
})

describe('a throw-away cluster', () => {
  test.each([
    ['LATIN1', 'C', null],
    ['UTF8', 'xx_YY.UTF-8', 'xx_YY.UTF-8'],
    ['SQL_ASCII', 'no such locale', 'no such locale'],
  ])('takes encoding %s and the locale %s as far as it has it', async (encoding, collate, missing) => {
    const scratch = await acquireScratch(request({ encoding, collate, ctype: collate }), context)
    try {
      const { settings, localeFallback } = await scratch.createDatabase()
      if (missing === null) expect(localeFallback).toBeNull()
      else expect(localeFallback).toContain(missing)
      const [row] = await withSession(settings, {}, (session) => session.query('SHOW server_encoding'))
      expect(row).toEqual({ server_encoding: encoding })
    } finally {
      await scratch.release()
    }
  })

  test('takes an ICU locale, and one that it does not have falls back', async () => {
    const scratch = await acquireScratch(request({ localeProvider: 'i', icuLocale: 'es-ES' }), context)
    try {
      expect((await scratch.createDatabase()).localeFallback).toBeNull()
    } finally {
      await scratch.release()
    }
    const builtin = await acquireScratch(request({ localeProvider: 'b', icuLocale: 'C.UTF-8' }), context)
    try {
      const { localeFallback } = await builtin.createDatabase()
      if (major >= 17) expect(localeFallback).toBeNull()
      else expect(localeFallback).toContain('C.UTF-8 (builtin)')
    } finally {
      await builtin.release()
    }
  })

  test('an interruption at any moment leaves nothing', async () => {
    for (const delay of [0, 30, 150, 400, 800]) {
      const interrupted = await realContext()
      const acquiring = acquireScratch(request(), interrupted)
      setTimeout(interrupted.interrupt, delay)
      const outcome = await acquiring.then(
        (scratch: Scratch) => scratch.release(),
        (error: unknown) => error,
      )
      expect(outcome === undefined || outcome instanceof InterruptedError).toBe(true)
      await interrupted.workspace.clean()
      expect(leftovers()).toEqual([])
    }
  })

  test('it goes when our process is killed', async () => {
    const source = await compiledSource()
    const script = `
      import { acquireScratch } from './postgres/acquire-scratch.js'
      import { spawnProcessRunner } from './platform/process.js'
      const logger = { debug: () => 0, warning: console.error, redact: (text) => text }
      const context = {
        logger, environment: process.env, processes: spawnProcessRunner({ logger }),
        signal: new AbortController().signal,
      }
      const scratch = await acquireScratch(${JSON.stringify(request())}, context)
      const { settings } = await scratch.createDatabase()
      console.log(settings.host)
      setInterval(() => 0, 1000)
    `
    const child = await runCompiled(source, script)
    child.stderr.pipe(process.stderr)
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const folder = path.dirname(line.toString().trim())
    expect(serversIn(folder)).not.toEqual([])
    child.kill('SIGKILL')
    expect(await eventually(() => !existsSync(folder) && serversIn(folder).length === 0)).toBe(true)
  })

  test('killed while it starts, it goes too', async () => {
    const source = await compiledSource()
    const script = `
      import { acquireScratch } from './postgres/acquire-scratch.js'
      import { spawnProcessRunner } from './platform/process.js'
      const logger = { debug: () => 0, warning: console.error, redact: (text) => text }
      const context = {
        logger, environment: process.env, processes: spawnProcessRunner({ logger }),
        signal: new AbortController().signal,
      }
      const acquiring = acquireScratch(${JSON.stringify(request())}, context)
      console.log('begun')
      await acquiring
    `
    for (const delay of [40, 300, 700]) {
      const child = await runCompiled(source, script)
      await once(child.stdout, 'data')
      await new Promise((resolve) => setTimeout(resolve, delay))
      child.kill('SIGKILL')
      const isGone = (): boolean =>
        leftovers(child.pid).length === 0 && serversIn(`pg-lifeboat-${child.pid ?? 0}-`).length === 0
      expect(await eventually(isGone)).toBe(true)
      // Killed before anybody was there to remove it, an empty folder is left for the next run to sweep.
      await removeFoldersOf(child.pid)
    }
  })

  test('an error of the server is told with its own words', async () => {
    const failing = acquireScratch(request({ bootstrapRole: 'pg_forbidden' }), context)
    await expect(failing).rejects.toThrow(CouldNotVerifyError)
    await expect(failing).rejects.toThrow(/role names cannot begin with "pg_"/)
    expect(leftovers()).toEqual([])
  })

  test('says what to do where there are no server programs', async () => {
    const missing = acquireScratch({ ...request({ major: 99 }), kind: 'auto' }, context)
    await expect(missing).rejects.toThrow(CouldNotVerifyError)
    await expect(missing).rejects.toThrow(/postgres:99 in scratch-url/)
  })

  const asRoot = process.getuid?.() === 0 ? test : test.skip
  asRoot('runs as an unprivileged user, outside of a folder that is closed to it', async () => {
    const closed = await temporaryFolder()
    chmodSync(closed, 0o700)
    const rootContext = await realContext({ ...process.env, RUNNER_TEMP: closed })
    const scratch = await acquireScratch(request(), rootContext)
    try {
      const { settings } = await scratch.createDatabase()
      expect(settings.host.startsWith(closed)).toBe(false)
      const [server] = serversIn(path.dirname(settings.host))
      expect(readFileSync(`/proc/${server ?? 0}/status`, 'utf8')).not.toMatch(/^Uid:\t0\t/m)
    } finally {
      await scratch.release()
      await rootContext.workspace.clean()
    }
  })

  asRoot('says so when the unprivileged user cannot get to the programs', async () => {
    const closed = await temporaryFolder()
    const folder = path.join(closed, 'bin')
    await mkdir(folder)
    for (const name of ['initdb', 'postgres', 'pg_ctl']) await copyFile(path.join(bin, name), path.join(folder, name))
    chmodSync(closed, 0o700)
    const failing = acquireScratch({ ...request(), preferredFolders: [folder] }, context)
    await expect(failing).rejects.toThrow(/may not enter/)
  })
})
