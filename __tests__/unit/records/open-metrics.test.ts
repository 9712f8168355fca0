import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { METRICS, metricDefinitions, type MetricName } from '../../../src/records/metric-list.js'
import { mergeSamples, readOpenMetrics, renderOpenMetrics, type Sample } from '../../../src/records/open-metrics.js'
import { strictlyParsed } from '../../support/strict-open-metrics.js'

const rows = (value: number, labels: Record<string, string> = { series: 'app', type: 'daily' }): Sample => ({
  name: 'lifeboat_backup_rows',
  labels,
  value,
})

describe('the text', () => {
  test('has the help, type and unit of each metric once, before its samples', () => {
    const samples: Sample[] = [
      { name: 'lifeboat_backup_size_bytes', labels: { type: 'daily', series: 'app' }, value: 7_340_032 },
      rows(84_210),
      { name: 'lifeboat_backup_size_bytes', labels: { series: 'app', type: 'a' }, value: 1 },
    ]
    expect(renderOpenMetrics(samples)).toBe(
      [
        '# HELP lifeboat_backup_size_bytes All files of the last backup.',
        '# TYPE lifeboat_backup_size_bytes gauge',
        '# UNIT lifeboat_backup_size_bytes bytes',
        'lifeboat_backup_size_bytes{series="app",type="a"} 1',
        'lifeboat_backup_size_bytes{series="app",type="daily"} 7340032',
        '# HELP lifeboat_backup_rows Rows in the last backup, of all tables together.',
        '# TYPE lifeboat_backup_rows gauge',
        'lifeboat_backup_rows{series="app",type="daily"} 84210',
        '# EOF',
        '',
      ].join('\n'),
    )
  })

  test('escapes what the format escapes, and nothing else', () => {
    const text = renderOpenMetrics([rows(1, { series: 'a"b\\n\nc{}=,é\u2028', type: '' })])
    expect(text).toContain('lifeboat_backup_rows{series="a\\"b\\\\n\\nc{}=,é\u2028"} 1\n')
  })

  test('shows control characters, which could act on a terminal, and does not hold them', () => {
    const text = renderOpenMetrics([rows(1, { series: 'a\u001b[31mb\r\tc\u0085', type: '' })])
    expect(text).toContain('lifeboat_backup_rows{series="a\u241b[31mb\u240d\u2409c\ufffd"} 1\n')
  })

  test('of nothing is an end', () => {
    expect(renderOpenMetrics([])).toBe('# EOF\n')
  })
})

/** Control characters are shown as others, so they do not come back. */
const anyText = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll(/(?!\n)\p{Cc}/gu, 'x'))
const anySample: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.constantFrom(...(Object.keys(METRICS) as MetricName[])),
    fc.array(anyText, { minLength: 5, maxLength: 5 }),
    fc.double(),
  )
  .map(([name, texts, value]) => {
    const { labels, parts = [] } = metricDefinitions().find((one) => one.name === name)!
    const given = [...labels, ...parts].map((label, index) => [label, texts[index] ?? ''] as const)
    return { name, labels: Object.fromEntries(given.filter(([, text]) => text !== '')), value }
  })

/** Whose a value is and which, in one text. */
const keyOf = ({ name, labels }: Sample) => JSON.stringify([name, Object.entries(labels).sort()])
const byKey = (samples: readonly Sample[]) =>
  Object.fromEntries(samples.map((sample) => [keyOf(sample), String(sample.value === 0 ? 0 : sample.value)]))

test('whatever tables are called, the text follows the specification and gives back what was written', () => {
  fc.assert(
    fc.property(fc.array(anySample, { maxLength: 30 }), (samples) => {
      const text = renderOpenMetrics(samples)
      expect(byKey(strictlyParsed(text) as Sample[])).toEqual(byKey(samples))
      expect(byKey(readOpenMetrics(text) ?? [])).toEqual(byKey(samples))
    }),
  )
})

describe('a file that is there already', () => {
  test('keeps what other databases, types and operations told, and nothing old of its own', () => {
    const table = (name: string, type: string, value: number): Sample => ({
      name: 'lifeboat_backup_table_rows',
      labels: { series: 'app', type, table: name },
      value,
    })
    const other = rows(5, { series: 'other', type: 'daily' })
    const earlier = [
      rows(1),
      table('animals', 'daily', 1),
      table('dropped', 'daily', 2),
      table('dropped', 'weekly', 3),
      other,
    ]
    const merged = mergeSamples(earlier, [rows(9), table('animals', 'daily', 4)])
    expect(byKey(merged)).toEqual(byKey([rows(9), table('animals', 'daily', 4), table('dropped', 'weekly', 3), other]))
  })

  test.each(['', 'root:x:0:0:root:/root:/bin/sh\n', 'lifeboat_backup_rows{series="app"} 1\n', '# EOF', 'x 1\n# EOF'])(
    'is not taken for one of ours: %p',
    (text) => {
      expect(readOpenMetrics(text)).toBeNull()
    },
  )

  test('told once more, it does not change', () => {
    fc.assert(
      fc.property(fc.array(anySample), fc.array(anySample), (earlier, own) => {
        const once = mergeSamples(earlier, own)
        expect(renderOpenMetrics(mergeSamples(once, own))).toBe(renderOpenMetrics(once))
      }),
    )
  })
})

describe('the list', () => {
  test.each(metricDefinitions())(
    '$name is called as OpenMetrics wants it',
    ({ name, help, unit, labels, parts = [] }) => {
      expect(name).toMatch(/^lifeboat_[a-z_]+[a-z]$/)
      expect(name).not.toMatch(/_(total|info|count|sum|bucket|created)$/)
      expect(/_(seconds|bytes|ratio)$/.exec(name)?.[1]).toBe(unit)
      expect(help).toMatch(/^[A-Z][^"\\\n]*\.$/)
      expect(new Set([...labels, ...parts]).size).toBe(labels.length + parts.length)
    },
  )
})

interface Panel {
  title: string
  type: string
  description?: string
  targets?: { expr: string }[]
  gridPos: { x: number; y: number; w: number; h: number }
}

describe('the dashboard', () => {
  const dashboard = async () =>
    JSON.parse(await readFile(path.resolve(import.meta.dirname, '../../../docs/grafana/dashboard.json'), 'utf8')) as {
      panels: Panel[]
      templating: { list: { name: string; query?: { query: string } | string }[] }
    }

  test('asks for metrics that there are, by labels that they have', async () => {
    const { panels, templating } = await dashboard()
    const queries = [
      ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      ...templating.list.flatMap(({ query }) =>
        query === undefined ? [] : [typeof query === 'string' ? query : query.query],
      ),
    ].filter((query) => query !== 'prometheus')
    expect(queries.length).toBeGreaterThan(10)
    for (const query of queries) {
      const used = [...query.matchAll(/\b(lifeboat_[a-z_]+)(?:\{([^}]*)\})?/g)]
      expect(used.length).toBeGreaterThan(0)
      for (const [, name = '', labels = ''] of used) {
        expect(Object.keys(METRICS)).toContain(name)
        const { labels: owners, parts = [] } = metricDefinitions().find((one) => one.name === name)!
        for (const [, label = ''] of labels.matchAll(/([a-z_]+)=~?"/g)) {
          expect([...owners, ...parts, 'instance', 'job']).toContain(label)
        }
      }
    }
  })

  test('shows every metric somewhere', async () => {
    const text = JSON.stringify((await dashboard()).panels)
    for (const name of Object.keys(METRICS)) {
      expect(text).toMatch(new RegExp(`\\b${name}\\b`))
    }
  })

  test('has no two panels in one place, and says what each shows', async () => {
    const { panels } = await dashboard()
    const places = new Set<string>()
    for (const { gridPos, description, type, title } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(places).not.toContain(`${x},${y}`)
          places.add(`${x},${y}`)
        }
      }
      expect(title.length).toBeGreaterThan(3)
      if (type !== 'row') expect(description?.length).toBeGreaterThan(10)
    }
  })
})
