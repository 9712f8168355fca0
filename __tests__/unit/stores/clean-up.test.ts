import { describe, expect, test } from '@jest/globals'

import { CleanablePlace } from '../../../src/stores/clean-up.js'
import type { FilePlace } from '../../../src/stores/file-place.js'

/** A place that tells what was asked of it, and by which of the places that were opened. */
function telling(said: string[], opened: number): Required<FilePlace> {
  const tell = <T>(what: string, answer: T): Promise<T> => {
    said.push(`${opened}: ${what}`)
    return Promise.resolve(answer)
  }
  return {
    name: 'a place',
    limits: ['it is a double'],
    list: (folder) => tell(`list ${folder}`, []),
    upload: (from, files, to) => tell(`upload ${from} ${files.length} ${to}`, undefined),
    download: (from, files, to) => tell(`download ${from} ${files.length} ${to}`, undefined),
    read: (path) => tell(`read ${path}`, 'text'),
    write: (path, text) => tell(`write ${path} ${text}`, undefined),
    remove: (paths) => tell(`remove ${paths.join(' ')}`, undefined),
    freeBytes: () => tell('freeBytes', 5),
    sweep: () => tell('sweep', ['swept']),
    close: () => tell('close', undefined),
  }
}

async function useAll(place: Required<FilePlace>): Promise<void> {
  await place.list('daily')
  await place.upload('/from', [], 'to')
  await place.download('from', [], '/to')
  expect(await place.read('a')).toBe('text')
  await place.write('a', 'b')
  await place.remove(['a', 'b'])
  expect(await place.freeBytes()).toBe(5)
  expect(await place.sweep()).toEqual(['swept'])
}

const ALL = [
  'list daily',
  'upload /from 0 to',
  'download from 0 /to',
  'read a',
  'write a b',
  'remove a b',
  'freeBytes',
  'sweep',
]

describe('a place that can be cleaned up', () => {
  test('is the place itself while nothing is interrupted', async () => {
    const said: string[] = []
    let opened = 0
    const place = new CleanablePlace(() => telling(said, ++opened), new AbortController().signal)
    expect([place.name, place.limits]).toEqual(['a place', ['it is a double']])
    await useAll(place)
    await place.close()
    expect(said).toEqual([...ALL, 'close'].map((what) => `1: ${what}`))
  })

  test('lists and removes by another one after an interruption, whose signal is its own, and closes both', async () => {
    const said: string[] = []
    const signals: AbortSignal[] = []
    const stop = new AbortController()
    const open = (signal: AbortSignal): FilePlace => telling(said, signals.push(signal))
    const place = new CleanablePlace(open, stop.signal)
    stop.abort()
    await useAll(place)
    await place.close()
    expect(said).toEqual([
      ...ALL.map((what) => `${/^(list|remove)/.test(what) ? 2 : 1}: ${what}`),
      '1: close',
      '2: close',
    ])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  })
})
