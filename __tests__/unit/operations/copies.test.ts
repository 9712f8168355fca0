import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

import type { Manifest } from '../../../src/backup/manifest.js'
import { InterruptedError, OperationError } from '../../../src/errors.js'
import { bringCopiesUpToDate, holdsSet } from '../../../src/operations/copies.js'
import { ReportDraft } from '../../../src/operations/report-draft.js'
import type { UnderWay } from '../../../src/operations/reporting.js'
import type { StoreInUse } from '../../../src/operations/stores-in-use.js'
import { CopiesError, failAtTroubles } from '../../../src/operations/troubles.js'
import { buildOptions } from '../../../src/options.js'
import { logLine } from '../../../src/records/log.js'
import type { Store } from '../../../src/stores/store.js'
import { MemoryStore } from '../../support/memory-store.js'
import { realContext, type RealContext } from '../../support/real-context.js'
import { manifestAt } from '../../support/sample-manifest.js'

const DAY = 24 * 3600 * 1000

/** A store of which every call is written down, and some can be made to fail or to wait. */
interface Watched {
  store: Store
  memory: MemoryStore
  calls: string[]
}

describe('bringing copies up to date', () => {
  let context: RealContext
  let memories: MemoryStore[]
  let primary: Watched
  let newest: Manifest

  beforeEach(async () => {
    context = await realContext({ PATH: process.env.PATH })
    memories = []
    primary = await watched('primary')
    for (const day of [3, 2, 1]) await primary.memory.plant(manifestAt(daysAgo(day)))
    newest = manifestAt(daysAgo(0))
    await primary.memory.plant(newest)
  })
  afterEach(async () => {
    await context.workspace.clean()
    for (const memory of memories) await memory.dispose()
  })

  const daysAgo = (days: number): Date => new Date(Date.now() - 1000 - days * DAY)

  async function watched(
    name: string,
    onCall: (call: string) => Promise<void> | void = () => undefined,
  ): Promise<Watched> {
    const memory = await MemoryStore.create()
    memories.push(memory)
    const calls: string[] = []
    const store = new Proxy(memory, {
      get: (target, member, receiver) => {
        if (member === 'name') return name
        const value: unknown = Reflect.get(target, member, receiver)
        if (typeof value !== 'function') return value
        return async (...args: unknown[]): Promise<unknown> => {
          const set = args.find((arg): arg is { id: string } => typeof arg === 'object' && arg !== null && 'id' in arg)
          calls.push([String(member), ...(set === undefined ? [] : [set.id])].join(' '))
          await onCall(String(member))
          return (value as (...given: unknown[]) => Promise<unknown>).apply(target, args)
        }
      },
    })
    return { store, memory, calls }
  }

  function inUse({ store }: Watched, role: StoreInUse['role'] = 'copy', values: object = {}): StoreInUse {
    const options = buildOptions([{ label: (name) => name, values: { ...values } }])
    const line = { name: store.name, role, copied: [], retention: [] }
    return { store, role, options, reached: role === 'primary', held: new Set(), line, troubles: [] }
  }

  function underWay(...copies: StoreInUse[]): UnderWay {
    const report = new ReportDraft('backup', context)
    report.series = newest.series
    const first = inUse(primary, 'primary')
    return { report, store: primary.store, stores: [first, ...copies], options: first.options, context }
  }

  async function taken() {
    const folder = await primary.memory.open(newest)
    return { manifest: newest, folder, location: folder }
  }

  const idsIn = async ({ memory }: Watched) => (await memory.list()).sets.map(({ id }) => id)

  test('a copy that lacks nothing costs one listing of it, and nothing of the primary is opened', async () => {
    const copy = await watched('copy')
    const all = (await primary.memory.list()).sets
    for (const { manifest } of all) await copy.memory.plant(manifest)
    await bringCopiesUpToDate(await taken(), underWay(inUse(copy)))
    expect(copy.calls).toEqual(['list'])
    expect(primary.calls).toEqual(['list'])
  })

  test('the newest comes first, and earlier ones are fetched once for all copies, one at a time', async () => {
    const [one, two, three] = [await watched('one'), await watched('two'), await watched('three')]
    await bringCopiesUpToDate(await taken(), underWay(inUse(one), inUse(two), inUse(three)))
    const ids = await idsIn(primary)
    for (const copy of [one, two, three]) {
      expect(await idsIn(copy)).toEqual(ids)
      expect(copy.calls.filter((call) => call.startsWith('put'))).toEqual(ids.map((id) => `put ${id}`))
    }
    expect(primary.calls.filter((call) => /^(open|letGo)/.test(call))).toEqual(
      ids.slice(1).flatMap((id) => [`open ${id}`, `letGo ${id}`]),
    )
  })

  test('two stores at a time', async () => {
    let now = 0
    let most = 0
    const onCall = async (call: string): Promise<void> => {
      if (call !== 'put') return
      most = Math.max(most, ++now)
      await new Promise((resolve) => setTimeout(resolve, 20))
      now -= 1
    }
    const copies = await Promise.all(['a', 'b', 'c', 'd'].map((name) => watched(name, onCall)))
    await bringCopiesUpToDate(await taken(), underWay(...copies.map((copy) => inUse(copy))))
    expect(most).toBe(2)
  })

  test('one that fails is not tried again in this run, and what the others get is all of it', async () => {
    const bad = await watched('bad', (call) => {
      if (call === 'put') {
        throw new OperationError({ doing: 'sending', problem: 'the line is dead', advice: 'Call somebody.' })
      }
    })
    const good = await watched('good')
    const way = underWay(inUse(bad), inUse(good))
    await bringCopiesUpToDate(await taken(), way)
    expect(await idsIn(good)).toEqual(await idsIn(primary))
    expect(bad.calls).toEqual(['list', `put ${newest.id}`])
    expect(way.report.finished().findings).toMatchObject([
      {
        code: 'COPY_FAILED',
        on: 'bad',
        found: 'the line is dead',
        advice: expect.stringMatching(/^Call somebody\. The next/),
      },
    ])
    expect(() => {
      failAtTroubles('a test', 'the backup is good', way)
    }).toThrow(/^The backup is good, the copy to bad failed: the line is dead .*Call somebody\. The next run brings/)
    expect(way.stores.map((each) => holdsSet(each, newest))).toEqual([false, false, true])
  })

  test('what cannot be fetched from the primary fails for those that lack it, after the newest is there', async () => {
    const copy = await watched('copy')
    const held = await watched('held')
    for (const { manifest } of (await primary.memory.list()).sets.slice(1)) await held.memory.plant(manifest)
    primary = { ...primary, ...(await withBadOpen()) }
    const way = underWay(inUse(copy), inUse(held))
    await bringCopiesUpToDate(await taken(), way)
    expect(await idsIn(copy)).toEqual([newest.id])
    expect((await idsIn(held))[0]).toBe(newest.id)
    expect(way.stores.map(({ troubles }) => troubles.length)).toEqual([0, 1, 0])
  })

  async function withBadOpen(): Promise<Watched> {
    const bad = await watched('primary', (call) => {
      if (call === 'open') throw new OperationError({ doing: 'fetching', problem: 'it is gone', advice: 'Look.' })
    })
    for (const { manifest } of (await primary.memory.list()).sets) await bad.memory.plant(manifest)
    return bad
  }

  test('a set that the primary does not list is not silently left out', async () => {
    const set = await taken()
    await primary.memory.remove(newest)
    await expect(bringCopiesUpToDate(set, underWay(inUse(await watched('copy'))))).rejects.toThrow(
      /does not list the set/,
    )
  })

  test('an interruption ends it as one, and is no trouble of a copy', async () => {
    const copy = await watched('copy', (call) => {
      if (call === 'put') {
        context.interrupt()
        throw new Error('aborted')
      }
    })
    const way = underWay(inUse(copy))
    await expect(bringCopiesUpToDate(await taken(), way)).rejects.toThrow(InterruptedError)
    expect(way.report.finished().findings).toEqual([])
  })

  test('what the log says of a set that comes late is brought along once, and nothing else', async () => {
    const [, late] = await idsIn(primary)
    const about = (id: string, operation = 'backup') =>
      logLine(new Date(), operation, 'success', { duration: 1, id, type: newest.type, manifest_sha256: id })
    for (const line of [about(late!), about(late!, 'validate'), about('20200101T000000Z')]) {
      await primary.memory.appendLog(line)
    }
    const copy = await watched('copy')
    await bringCopiesUpToDate(await taken(), underWay(inUse(copy)))
    expect((await copy.memory.readLog(new Date(0))).lines).toEqual([about(late!)])
    await copy.memory.remove({ id: late!, type: newest.type })
    await bringCopiesUpToDate(await taken(), underWay(inUse(copy)))
    expect((await copy.memory.readLog(new Date(0))).lines).toHaveLength(1)
  })

  test('what is left of killed runs is swept where something was copied, after it', async () => {
    const copy = await watched('copy')
    await bringCopiesUpToDate(await taken(), underWay(inUse(copy)))
    expect(copy.calls.at(-1)).toBe('sweep')
  })

  test('the exit code is that of the trouble, where all have the same and no copy is missing', () => {
    const trouble = (what: 'copy' | 'rotation', code: 1 | 5) => ({
      what,
      error: Object.assign(new OperationError({ doing: 'x', problem: 'y', advice: 'Z.' }), { exitCode: code }),
    })
    const codeOf = (...troubles: ReturnType<typeof trouble>[]) => {
      const copy = { ...inUse(primary), troubles }
      return new CopiesError('a test', [copy], '').exitCode
    }
    expect(codeOf(trouble('rotation', 5))).toBe(5)
    expect(codeOf(trouble('rotation', 5), trouble('rotation', 1))).toBe(1)
    expect(codeOf(trouble('copy', 5))).toBe(1)
  })
})
