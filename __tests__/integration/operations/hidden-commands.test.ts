import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { appendFile, chmod, cp, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { recoveryKit } from '../../../src/backup/kit.js'
import type { Manifest } from '../../../src/backup/manifest.js'
import { SET, readManifest } from '../../../src/backup/set.js'
import { readStoredCatalog } from '../../../src/postgres/catalog/stored.js'
import { searchPathOf } from '../../../src/postgres/catalog/search-path.js'
import { barePath, runBare } from '../../support/bare.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { RecoveryBench, codesOf, outcomeOf, type Ran } from '../../support/recovery.js'
import { copyOfStore, redoLists } from '../../support/sealed-store.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(240_000)

/** Who can write to a store puts commands into a set and redoes every list, its log included. */
let cluster: TestCluster
let target: TestCluster
let bench: RecoveryBench
let keys: { secret: string; trusted: string }
let coreutils: string
const stores: Record<string, string> = {}
/** Where the commands would leave something. */
let traps: string

beforeAll(async () => {
  ;[cluster, target] = await Promise.all([startCluster(), startCluster()])
  const root = await temporaryFolder()
  bench = await RecoveryBench.make(root, cluster)
  coreutils = await barePath(path.join(root, 'path'))
  keys = { secret: path.join(root, 'signing.pem'), trusted: path.join(root, 'public.pem') }
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', keys.secret])
  execFileSync('openssl', ['pkey', '-in', keys.secret, '-pubout', '-out', keys.trusted])
  await cluster.query('CREATE DATABASE app')
  await cluster.query(`CREATE TABLE t (a text); INSERT INTO t VALUES ('one'), (E'\\\\unrestrict \`id\`')`, 'app')
  await cluster.query(`CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT '\\restrict a' $$`, 'app')
  for (const format of ['plain', 'directory'] as const) {
    const store = path.join(root, format)
    await bench.backUp(cluster.url('app'), {
      store,
      format,
      'signing-key': keys.secret,
      verify: 'full',
      scratch: 'cluster',
    })
    stores[format] = store
  }
})
beforeEach(async () => {
  traps = await temporaryFolder()
  await chmod(traps, 0o777)
})
afterAll(async () => {
  await Promise.all([cluster.remove(), target.remove()])
  await removeTemporaryFolders()
})

async function setIn(store: string): Promise<string> {
  const type = path.join(store, 'manual')
  const [id = ''] = await readdir(type)
  return path.join(type, id)
}

/** A copy of a store whose set somebody changed, so that no checksum says so. */
async function forged(
  format: string,
  change: (set: string) => Promise<void>,
  edit?: (manifest: Manifest) => Manifest,
): Promise<{ store: string; set: string }> {
  const store = await copyOfStore(stores[format]!, { keepLog: false })
  const set = await setIn(store)
  await change(set)
  await redoLists(set, edit)
  return { store, set }
}

/** Each as lines of a script; `%` is a file that must not appear. */
const COMMANDS: Record<string, string> = {
  'a program': '\\! touch %',
  'a pipe of results': 'SELECT 1 \\g | touch %',
  'a pipe of all output': '\\o | touch %\nSELECT 1;\n\\o',
  'a copy to a program': "\\copy (SELECT 1) TO PROGRAM 'touch %'",
  'backticks behind \\unrestrict': '\\unrestrict `touch %`',
  'backticks behind \\unrestrict, in two lines': '\\unre\0\nstrict `touch %`',
  'backticks behind \\unrestrict, in another encoding': "SET client_encoding = 'SJIS';\n\x83\\\\unrestrict `touch %`",
  'the mode ended with the key of the script': '\\unrestrict k3y\n\\! touch %',
  'a variable with a program': "\\set x `touch %`\nSELECT :'x';",
}
const KINDS = Object.keys(COMMANDS)

const linesOf = (kind: string) => Buffer.from(COMMANDS[kind]!.replaceAll('%', path.join(traps, 'sprung')), 'latin1')

/** All of them in one file, the marks of restricted mode around them. */
async function plantIn(file: string, kinds: readonly string[]): Promise<void> {
  const text = await readFile(file)
  const head = Buffer.from('--\n-- PostgreSQL database dump\n--\n\n\\restrict k3y\n\n')
  const lines = kinds.flatMap((kind) => [linesOf(kind), Buffer.from('\n')])
  await writeFile(file, Buffer.concat([head, text, ...lines]))
}

async function plainDump(set: string): Promise<string> {
  const { dump } = await readManifest(set)
  return path.join(set, dump.path)
}

async function plantInDump(set: string, kinds: readonly string[], at: 'end' | 'rows'): Promise<void> {
  const file = await plainDump(set)
  const text = execFileSync('gzip', ['-dc', file]).toString('latin1')
  const lines = kinds.map((kind) => `${linesOf(kind).toString('latin1')}\n`).join('')
  const changed =
    at === 'end'
      ? text.replace('--\n-- PostgreSQL database dump complete', (mark) => `${lines};\n${mark}`)
      : text.replace('COPY public.t', 'COPY public.missing').replace(/^one$/m, `one\n${lines}`)
  execFileSync('sh', ['-c', 'gzip >"$0"', file], { input: Buffer.from(changed, 'latin1') })
}

const sprung = () => readdir(traps)
const validate = (options: Record<string, unknown>): Promise<Ran> =>
  bench.run('validate', { verify: 'full', scratch: 'cluster', ...options })

describe('commands of psql in a set are never obeyed', () => {
  test.each(KINDS)('%s, by validate and restore.sh', async (kind) => {
    const { store, set } = await forged('plain', async (folder) => {
      await plantIn(path.join(folder, SET.globals), [kind])
      await plantInDump(folder, [kind], 'end')
    })
    const { report, exitCode } = await validate({ store })
    expect([await sprung(), exitCode]).toEqual([[], 3])
    expect(report.proof?.findings.map(({ code }) => code)).toContain('RESTORE_ERROR')
    const inDump = await forged('plain', (folder) => plantInDump(folder, [kind], 'end'))
    for (const folder of [set, inDump.set]) await byScript(folder)
  })

  test('among the rows of a COPY that fails', async () => {
    for (const kind of KINDS.slice(0, 5)) {
      const { store, set } = await forged('plain', (folder) => plantInDump(folder, [kind], 'rows'))
      await byScript(set)
      if (kind === KINDS[4]) expect((await validate({ store })).exitCode).toBe(3)
      expect(await sprung()).toEqual([])
    }
  })

  test('in database.sql', async () => {
    for (const kind of ['a program', 'backticks behind \\unrestrict']) {
      const { set } = await forged('directory', (folder) => plantIn(path.join(folder, SET.database), [kind]))
      expect(await byScript(set)).toBe(3)
    }
  })

  test('by restore, and by a drill', async () => {
    const inDump = await forged('plain', (set) => plantInDump(set, KINDS, 'end'))
    await bench.run('restore', { store: inDump.store, 'target-url': target.url('restored') })
    await bench.run('drill', { store: inDump.store, scenario: 'latest', scratch: 'cluster' })
    const inGlobals = await forged('directory', async (set) => {
      await plantIn(path.join(set, SET.globals), KINDS)
      const command = `COPY (SELECT 1) TO PROGRAM 'touch ${path.join(traps, 'sprung')}';`
      await appendFile(path.join(set, SET.globals), `CREATE ROLE planted; ${command}\n${command}\n`)
    })
    await bench.run('restore', { store: inGlobals.store, 'target-url': target.url('restored2') })
    await validate({ store: inGlobals.store })
    expect(await sprung()).toEqual([])
  })
})

async function byScript(set: string): Promise<number> {
  await target.query('DROP DATABASE IF EXISTS by_script')
  const ended = await runBare([path.join(set, SET.script), 'by_script'], { cluster: target, coreutils })
  expect([await sprung(), ended.code === 0]).toEqual([[], false])
  return ended.code
}

test('a set as it was taken is restored by its script, rows and functions that speak of commands included', async () => {
  for (const format of ['plain', 'directory']) {
    await target.query('DROP DATABASE IF EXISTS whole')
    const ended = await runBare([path.join(await setIn(stores[format]!), SET.script), 'whole'], {
      cluster: target,
      coreutils,
    })
    expect(ended).toMatchObject({ code: 0 })
    expect(await target.query('SELECT a, f() FROM t ORDER BY 1', 'whole')).toEqual(
      await cluster.query('SELECT a, f() FROM t ORDER BY 1', 'app'),
    )
    expect(outcomeOf(await validate({ store: stores[format]! }))).toMatchObject({ exitCode: 0, failure: undefined })
  }
})

describe('restore.sh of a store', () => {
  const drill = (store: string, more: Record<string, unknown> = {}): Promise<Ran> =>
    bench.run('drill', { store, scenario: 'clean-room', scratch: 'cluster', ...more })

  /** Somebody edits what the kit is made from, and makes it with our own code. */
  async function withForgedKit(edit: (manifest: Manifest) => Manifest): Promise<string> {
    const { store } = await forged(
      'directory',
      async (set) => {
        const manifest = edit(await readManifest(set))
        const { objects } = await readStoredCatalog(path.join(set, SET.catalog))
        const facts = { manifest, tables: [], hasPublicSchema: true, searchPath: searchPathOf(objects) }
        for (const [name, text] of Object.entries(recoveryKit(facts))) await writeFile(path.join(set, name), text)
      },
      edit,
    )
    return store
  }

  test('that is another than ours is not run by a drill, which is not passed', async () => {
    const { store } = await forged('directory', (set) =>
      appendFile(path.join(set, SET.script), `\ntouch '${path.join(traps, 'sprung')}'\n`),
    )
    const ran = await drill(store)
    expect([await sprung(), ran.exitCode === 0]).toEqual([[], false])
    expect(ran.report.drill?.scenarios[0]).toMatchObject({
      outcome: 'could-not-run',
      findings: [{ code: 'KIT_UNKNOWN', on: 'restore.sh' }],
    })
  })

  test('that is ours is run, whatever the manifest that it is made from tries', async () => {
    const trap = () => `touch '${path.join(traps, 'sprung')}'`
    const edits: ((manifest: Manifest) => Manifest)[] = [
      (manifest) => manifest,
      (manifest) => ({ ...manifest, tool: { ...manifest.tool, version: `1\n${trap()}\n#` } }),
      (manifest) => ({ ...manifest, series: `a\n${trap()}` }),
      (manifest) => ({ ...manifest, snapshot: { ...manifest.snapshot, time: `2026-01-01T00:00:00.000Z` } }),
      (manifest) => ({
        ...manifest,
        source: {
          ...manifest.source,
          roles: [...manifest.source.roles, `x'\nEND\n${trap()}\n`],
          encoding: `$(${trap()})`,
        },
      }),
      (manifest) => ({
        ...manifest,
        looseForeignKeys: [
          {
            oid: 1,
            table: 't',
            name: 'k',
            statement: `SELECT 1;\n\\! ${trap()}\n\\unrestrict \`${trap()}\`\nEND\0\n${trap()}\n`,
          },
        ],
      }),
    ]
    const outcomes: unknown[] = []
    for (const edit of edits) {
      const ran = await drill(await withForgedKit(edit))
      expect(await sprung()).toEqual([])
      outcomes.push(ran.report.drill?.scenarios[0]?.outcome)
    }
    expect(outcomes[0]).toBe('passed')
  })

  test('is run under a trusted signature, whichever version made it', async () => {
    const ran = await drill(stores.directory!, { 'trusted-keys': keys.trusted })
    expect(ran.report.drill?.scenarios[0]).toMatchObject({ outcome: 'passed' })
  })
})

describe('with trusted keys, a file that is exchanged once it was checked is not used', () => {
  test.each([
    ['validate', 'Getting scratch ready', SET.globals],
    ['validate', 'Getting scratch ready', SET.catalog],
    ['validate', 'Getting scratch ready', SET.manifest],
    ['restore', 'Checking the target', SET.globals],
    ['restore', 'Checking the target', 'dump/toc.dat'],
  ] as const)('%s: at %s, %s', async (operation, title, file) => {
    const store = path.join(await temporaryFolder(), 'store')
    await cp(stores.directory!, store, { recursive: true })
    const set = await setIn(store)
    await target.query('DROP DATABASE IF EXISTS trusted')
    let exchanged = 0
    const ran = await bench.run(
      operation,
      {
        store,
        'trusted-keys': keys.trusted,
        ...(operation === 'restore' ? { 'target-url': target.url('trusted') } : { verify: 'full', scratch: 'cluster' }),
      },
      {
        onStep: async (step) => {
          if (step !== title) return
          exchanged += 1
          await writeFile(path.join(set, file), linesOf('a program'))
        },
      },
    )
    expect([exchanged, await sprung()]).toEqual([1, []])
    expect(outcomeOf(ran)).toEqual({ exitCode: 0, failure: undefined, found: [] })
  })

  test('and one that is exchanged before is found, and so is what no set has', async () => {
    for (const [file, code] of [
      [SET.globals, 'FILE_SIZE'],
      [SET.manifest, 'MANIFEST_INVALID'],
      ['planted.sql', 'FILE_UNEXPECTED'],
    ] as const) {
      const store = await copyOfStore(stores.directory!)
      await writeFile(path.join(await setIn(store), file), linesOf('a program'))
      const ran = await validate({ store, 'trusted-keys': keys.trusted })
      expect([ran.exitCode, codesOf(ran)]).toEqual([3, expect.arrayContaining([code])])
    }
    const { store } = await forged('directory', (set) => plantIn(path.join(set, SET.globals), ['a program']))
    expect(codesOf(await validate({ store, 'trusted-keys': keys.trusted }))).toEqual(['SIGNATURE_WRONG'])
    expect(await sprung()).toEqual([])
  })
})
