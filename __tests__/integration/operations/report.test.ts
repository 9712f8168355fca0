import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { formatLine, logFileOf } from '../../../src/records/log.js'
import { outputsOf } from '../../../src/report/outputs.js'
import { summaryOf } from '../../../src/report/summary.js'
import { generatedHistory } from '../../support/history.js'
import { operate } from '../../support/operating.js'

jest.setTimeout(60_000)

let store = ''
beforeEach(async () => {
  store = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-report-'))
})
afterEach(async () => {
  await rm(store, { recursive: true, force: true })
})

/** The log of a month, with a line that nobody can read. */
async function writeHistory(): Promise<void> {
  await mkdir(path.join(store, 'log'))
  const lines = generatedHistory(30, 60, new Date(Date.now() - 60_000))
  for (const line of lines) {
    await writeFile(path.join(store, 'log', logFileOf(line)), formatLine(line), { flag: 'a' })
  }
  await writeFile(path.join(store, 'log', logFileOf(lines.at(-1)!)), '{torn\n', { flag: 'a' })
}

describe('the operation report', () => {
  test('tells a history from nothing but the store, and leaves the store as it was', async () => {
    await writeHistory()
    const before = await readdir(store, { recursive: true })
    const { report, exitCode } = await operate('report', { store, period: 'weekly', timezone: 'Europe/Madrid' })
    expect(exitCode).toBe(0)
    expect(report.statistics).toMatchObject({ period: 'weekly', timezone: 'Europe/Madrid', unreadable: 1 })
    expect(report.statistics?.backups.total).toBeGreaterThan(5)
    expect(outputsOf(report).statistics).toMatchObject({ daily: {}, weekly: {}, details: { unreadable: 1 } })
    expect(summaryOf(report)).toContain('The store holds no backup')
    expect(await readdir(store, { recursive: true })).toEqual(before)
  })

  test('is of one type where one is asked for', async () => {
    await writeHistory()
    const { report } = await operate('report', { store, type: 'weekly' })
    expect([...new Set(report.statistics?.trends.points.map(({ type }) => type))]).toEqual(['weekly'])
  })
})
