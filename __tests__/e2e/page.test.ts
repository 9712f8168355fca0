import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { pageOf } from '../../src/report/html.js'
import type { Report } from '../../src/report/report.js'
import { sampleReport, table, without } from '../support/report.js'
import { samplePeriod, trendPoints } from '../support/sample-period.js'

jest.setTimeout(120_000)

const HOSTILE = '<script>document.title="bad"</script>|\n\u202e' + 'x'.repeat(80)

const ofPeriod = (overrides = {}): Report => ({
  ...without(sampleReport({ operation: 'report', tables: [], phases: [], retention: [] }), 'set', 'proof', 'metrics'),
  statistics: samplePeriod(overrides),
})

const PAGES: Readonly<Record<string, Report>> = {
  backup: sampleReport(),
  period: ofPeriod(),
  hostile: ofPeriod({
    trends: { unit: 'day', points: trendPoints(30).map((point) => ({ ...point, type: point.type + HOSTILE })) },
    growth: Array.from({ length: 10_000 }, (_, index) => ({
      table: `${HOSTILE}${index}`,
      type: HOSTILE,
      before: index,
      after: index * 2,
      perDay: 1,
    })),
  }),
  tables: sampleReport({ series: HOSTILE, tables: Array.from({ length: 500 }, (_, n) => table(`${HOSTILE}${n}`)) }),
}

const READERS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { viewport: { width: 1100, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1100, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 740 }, colorScheme: 'light' },
}

let browser: Browser
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lifeboat-pages-'))
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})

afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true })
})

describe.each(Object.keys(PAGES))('the page %s in a browser', (name) => {
  test.each(Object.keys(READERS))('%s: no complaint, no request, nothing wider than the screen', async (reader) => {
    const troubles: string[] = []
    const page = await opened(name, READERS[reader]!, troubles)
    const [content, screen] = await page.evaluate<[number, number]>(
      `[document.documentElement.scrollWidth, innerWidth]`,
    )
    expect(content).toBeLessThanOrEqual(screen)
    expect(await page.title()).not.toBe('bad')
    expect(await page.locator('main').count()).toBe(1)
    expect(await page.locator('h1').count()).toBe(1)
    expect(await page.locator('script').count()).toBe(0)
    if (name !== 'hostile' && name !== 'tables') {
      expect((await page.screenshot({ fullPage: true })).length).toBeGreaterThan(10_000)
    }
    expect(troubles).toEqual([])
    await page.context().close()
  })
})

test('every drawing of a period has a name that is read out', async () => {
  const page = await opened('period', {}, [])
  const drawings = page.getByRole('img')
  const count = await drawings.count()
  expect(count).toBeGreaterThanOrEqual(7)
  expect(await page.getByRole('img', { name: 'Size of a backup' }).count()).toBe(1)
  await page.context().close()
})

describe('printed by a reader who likes it dark', () => {
  const DARK: BrowserContextOptions = { viewport: { width: 1100, height: 800 }, colorScheme: 'dark' }

  test.each(['backup', 'period'])('the page %s is black on white, on few sheets, with whole drawings', async (name) => {
    const page = await opened(name, DARK, [])
    const sheets = (await page.pdf({ format: 'A4', printBackground: true }))
      .toString('latin1')
      .match(/\/Type \/Page\b/g)
    expect(sheets?.length).toBeGreaterThanOrEqual(2)
    expect(sheets?.length).toBeLessThanOrEqual(6)
    await page.emulateMedia({ media: 'print' })
    expect(
      await page.evaluate(`(() => {
        const styleOf = (element) => getComputedStyle(element)
        const figures = [...document.querySelectorAll('figure')]
        return {
          text: styleOf(document.body).color,
          back: styleOf(document.body).backgroundColor,
          scheme: styleOf(document.documentElement).colorScheme,
          cut: figures.filter((figure) => styleOf(figure).breakInside !== 'avoid').length,
          folded: [...document.querySelectorAll('.chart details')].filter((one) => one.checkVisibility()).length,
        }
      })()`),
    ).toEqual({ text: 'rgb(28, 32, 36)', back: 'rgb(255, 255, 255)', scheme: 'light', cut: 0, folded: 0 })
    await page.context().close()
  })
})

async function opened(name: string, options: BrowserContextOptions, troubles: string[]): Promise<Page> {
  const path = join(folder, `${name}.html`)
  const own = pathToFileURL(path).href
  await writeFile(path, pageOf(PAGES[name]!))
  const page = await (await browser.newContext(options)).newPage()
  page.on('console', (message) => troubles.push(message.text()))
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('request', (request) => request.url() !== own && troubles.push(request.url()))
  await page.goto(own)
  return page
}
