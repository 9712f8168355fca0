import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { access, readFile, readdir } from 'node:fs/promises'
import path from 'node:path'

import type { Manifest } from '../../../src/backup/manifest.js'
import { outputsOf } from '../../../src/report/outputs.js'
import type { Report } from '../../../src/report/report.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createFarm } from '../../support/databases/index.js'
import {
  hasty,
  operate,
  PROVEN,
  summaryOf,
  type Alteration,
  type Given,
  type Operated,
} from '../../support/operating.js'
import { startRsyncDaemon } from '../../support/rsync-daemon.js'
import { CREDENTIALS, startS3Server, type S3Server } from '../../support/s3-server.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'
import type { Operation } from '../../../src/option-list.js'

jest.setTimeout(300_000)

describe('a store elsewhere', () => {
  let source: TestCluster
  let scratch: TestCluster
  let server: S3Server
  let bucket: string
  let store: string
  let disk: string

  beforeAll(async () => {
    ;[source, scratch, server] = await Promise.all([startCluster(), startCluster(), startS3Server()])
    await createFarm(source)
  })
  afterAll(async () => {
    await Promise.all([source.remove(), scratch.remove(), server.stop()])
    await removeTemporaryFolders()
  })
  beforeEach(async () => {
    bucket = await server.bucket()
    store = `s3://${bucket}/farm?region=us-east-1&endpoint=${server.url}`
    disk = path.join(await temporaryFolder(), 'disk')
  })

  // The library looks for credentials in the environment of the process itself.
  const credentials = {
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  }
  beforeAll(() => {
    Object.assign(process.env, credentials)
  })
  afterAll(() => {
    for (const name of Object.keys(credentials)) Reflect.deleteProperty(process.env, name)
  })

  const run = (operation: Operation, given: Given = {}, alter?: Alteration): Promise<Operated> =>
    operate(operation, { store, ...given }, alter === undefined ? {} : { alter })

  const backUp = async (given: Given = {}, alter?: Alteration): Promise<Operated> => {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const database = { 'database-url': source.url('farm'), 'scratch-url': scratch.url(), type: 'daily' }
    return run('backup', { ...database, ...given }, alter)
  }

  const keys = async (): Promise<string[]> => {
    const { Contents = [] } = await server.client.listObjectsV2({ Bucket: bucket })
    return Contents.map(({ Key = '' }) => Key)
  }

  const phasesOf = ({ phases }: Report): string[] => phases.map(({ name }) => name)

  test('a backup is sent before the lock is taken, committed, copied; each later step works from there', async () => {
    const first = await backUp()
    expect(summaryOf(first)).toEqual(PROVEN)
    const { id, set } = first.report
    expect(phasesOf(first.report)).toEqual(expect.arrayContaining(['Sending', 'Committing', 'Rotating']))
    expect(set?.location).toBe(`s3://${bucket}/farm/daily/${id!}?endpoint=${server.url}`)
    expect(await keys()).toContain(`farm/daily/${id!}/manifest.json`)
    // It is gone by now: only the run itself, which uploads it as an artifact, could read it.
    expect(outputsOf(first.report)['backup-path']).toBe(set?.path)
    await expect(access(set!.path)).rejects.toThrow(/ENOENT/)

    // A copy that is new gets what was there before too, fetched from the store.
    const second = await backUp({ copies: disk })
    expect(summaryOf(second)).toEqual(PROVEN)
    const ids = [id, second.report.id]
    expect((await readdir(path.join(disk, 'daily'))).sort()).toEqual(ids)
    const copied = second.report.stores![1]!
    expect(copied.copied.map((one) => one.id)).toEqual([...ids].reverse())
    for (const one of ids) {
      const { exitCode, report } = await operate('validate', { store: disk, backup: one!, verify: 'archive' })
      expect([exitCode, report.proof?.outcome]).toEqual([0, 'proven'])
    }

    const validated = await run('validate', { 'scratch-url': scratch.url() })
    expect(summaryOf(validated)).toEqual(PROVEN)
    expect(phasesOf(validated.report)[0]).toBe('Fetching')
    expect(validated.report.set?.location).toBe(`s3://${bucket}/farm/daily/${ids[1]!}?endpoint=${server.url}`)
    expect((await keys()).filter((key) => key.includes('/proofs/'))).toHaveLength(1)

    const database = `restored_${randomBytes(4).toString('hex')}`
    const restored = await run('restore', { 'target-url': scratch.url(database) })
    expect(summaryOf(restored)).toMatchObject({ exitCode: 0, outcome: 'proven' })
    await scratch.query(`DROP DATABASE "${database}"`)

    const drilled = await run('drill', { scenario: 'latest, fallback, faults', 'scratch-url': scratch.url() })
    expect(summaryOf(drilled)).toMatchObject({ exitCode: 0, failure: undefined })
    const [latest] = drilled.report.drill!.scenarios
    expect(latest!.recoveries[0]!.times.fetch).toBeGreaterThan(0)

    const checked = await run('validate', { copies: disk, 'rotate-check': 'true' })
    expect(checked.report.stores!.map(({ checked: set }) => [set?.id, set?.proof.outcome])).toEqual([
      [id, 'proven'],
      [id, 'proven'],
    ])
  })

  test('as a copy: what it lacks is sent, rot in it is found, its log tells the history', async () => {
    const local = path.join(await temporaryFolder(), 'store')
    const first = await backUp({ store: local })
    const second = await backUp({ store: local, copies: `${store} keep-last=5` })
    expect(summaryOf(second)).toEqual(PROVEN)
    const { lines } = await logOf()
    expect(lines.map(({ details }) => (details as { id: string }).id).sort()).toEqual([
      first.report.id,
      second.report.id,
    ])

    const manifest = JSON.parse(
      await readFile(path.join(local, 'daily', first.report.id!, 'manifest.json'), 'utf8'),
    ) as Manifest
    const [largest] = manifest.files
      .filter(({ path: file }) => file.startsWith('dump/'))
      .sort((a, b) => b.size - a.size)
    const content = await readFile(path.join(local, 'daily', first.report.id!, largest!.path))
    content[Math.floor(content.length / 2)]! ^= 1
    await server.client.putObject({
      ...{ Bucket: bucket, Key: `farm/daily/${first.report.id!}/${largest!.path}`, Body: content },
    })
    const checked = await operate('validate', { store: local, copies: store, 'rotate-check': 'true' })
    expect(checked.exitCode).toBe(3)
    expect(checked.report.stores!.map(({ checked: set }) => set?.proof.outcome)).toEqual(['proven', 'failed'])
  })

  test('three kinds at once: a folder, an rsync daemon that goes away meanwhile, and S3', async () => {
    const local = path.join(await temporaryFolder(), 'store')
    const home = await temporaryFolder()
    const shown = path.join(home, 'shown')
    const daemon = await startRsyncDaemon(home, shown)
    const copies = `${daemon.location('/farm')}\n${store}`
    const given = { store: local, copies, 'rsync-password': daemon.password }
    const first = await backUp(given)
    expect(summaryOf(first)).toEqual(PROVEN)
    expect(await readdir(path.join(shown, 'farm', 'daily'))).toEqual([first.report.id])

    await daemon.stop()
    const without = await backUp(given, hasty)
    expect(summaryOf(without)).toMatchObject({ exitCode: 1, outcome: 'proven' })
    expect(without.report.failure?.message).toContain(`the copy to ${daemon.location('/farm')} failed`)
    expect(without.report.failure?.message).not.toContain(daemon.password)
    expect(await keys()).toContain(`farm/daily/${without.report.id!}/manifest.json`)

    const again = await startRsyncDaemon(home, shown)
    try {
      const moved = given.copies.replace(daemon.location('/farm'), again.location('/farm'))
      const last = await backUp({ ...given, copies: moved })
      expect(summaryOf(last)).toEqual(PROVEN)
      const ids = [first, without, last].map(({ report }) => report.id)
      expect((await readdir(path.join(shown, 'farm', 'daily'))).sort()).toEqual(ids)
      const checked = await run('validate', { ...given, copies: moved, 'rotate-check': 'true' })
      expect(checked.report.stores!.map(({ checked: set }) => [set?.id, set?.proof.outcome])).toEqual(
        Array.from({ length: 3 }, () => [ids[0], 'proven']),
      )
    } finally {
      await again.stop()
    }
  })

  test('a copy that cannot be reached does not keep the backup from being good', async () => {
    const local = path.join(await temporaryFolder(), 'store')
    const nowhere = 's3://nowhere/farm?region=us-east-1&endpoint=http://127.0.0.1:9'
    const operated = await backUp({ store: local, copies: `${nowhere}\n${disk}` })
    expect(summaryOf(operated)).toMatchObject({ exitCode: 1, outcome: 'proven' })
    expect(operated.report.failure?.message).toMatch(/^The backup is good, the copy to s3:\/\/nowhere\/farm\S* failed/)
    expect(await readdir(path.join(disk, 'daily'))).toEqual([operated.report.id])
  })

  async function logOf() {
    const texts = await Promise.all(
      (await keys())
        .filter((key) => key.startsWith('farm/log/'))
        .map(async (Key) => (await server.client.getObject({ Bucket: bucket, Key })).Body!.transformToString()),
    )
    return {
      lines: texts.flatMap((text) =>
        text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as { details: object }),
      ),
    }
  }
})
