import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { CatalogObject, Fact } from '../../../../src/postgres/catalog/model.js'
import { diffSchemas, type SchemaChange } from '../../../../src/records/anomalies/schema-diff.js'
import { schemaLines } from '../../../../src/records/anomalies/schema-lines.js'
import { describedTable } from '../../../support/anomalies.js'

const schema = (objects: CatalogObject[], major = 17) => ({ major, objects })
const linesOf = (before: CatalogObject[], after: CatalogObject[], majors: [number, number] = [17, 17]) =>
  schemaLines(diffSchemas(schema(before, majors[0]), schema(after, majors[1])))

const animals = describedTable('public.animals', { id: 'integer', name: 'text' })

describe('a change of schema reads', () => {
  test('a new table, with how much came with it', () => {
    const index = { kind: 'index', name: 'public.notes_body', of: 'table public.notes', facts: {} }
    const policy = { kind: 'policy', name: 'public.notes.mine', of: 'table public.notes', facts: {} }
    const notes = [
      ...describedTable('public.notes', { id: 'integer', body: 'text' }),
      index,
      { ...index, name: 'public.b' },
      policy,
    ]
    expect(linesOf(animals, [...animals, ...notes])).toEqual(['+ table public.notes (2 columns, 2 indexes, 1 policy)'])
    expect(linesOf([...animals, ...notes], animals)).toEqual(['- table public.notes (2 columns, 2 indexes, 1 policy)'])
  })

  test('columns that came, went and changed', () => {
    const after = describedTable('public.animals', { id: 'bigint', weight: 'numeric(6,2)' })
    expect(linesOf(animals, after)).toEqual([
      '~ column public.animals.id: type integer → bigint',
      '- column public.animals.name',
      '+ column public.animals.weight',
    ])
  })

  test.each(['database', 'role', 'function'])('settings of a %s without their values, which may be secrets', (kind) => {
    const having = (...settings: string[]): CatalogObject[] => [{ kind, name: 'app', facts: { settings } }]
    const told = linesOf(
      having('work_mem=4MB', 'app.key=hunter2', 'app.old=s3cret'),
      having('work_mem=4MB', 'app.key=hunter3'),
    )
    expect(told).toEqual([expect.stringMatching(/^~ \w+ app: settings /)])
    expect(told[0]).toContain('app.key')
    expect(told[0]).toContain('app.old')
    expect(told[0]).not.toMatch(/hunter|s3cret|4MB/)
  })

  test('tables of a new schema one by one', () => {
    const table = { ...describedTable('farm.cows', { id: 'integer' })[0]!, of: 'schema farm' }
    const lines = linesOf([], [{ kind: 'schema', name: 'farm', facts: {} }, table])
    expect(lines).toEqual(['+ schema farm', '+ table farm.cows'])
  })

  test.each<[string, Partial<CatalogObject>, Partial<CatalogObject>, string]>([
    ['owner', { owner: 'app' }, { owner: 'admin' }, 'owner app → admin'],
    [
      'grants',
      { grants: ['a: SELECT', 'b: SELECT'] },
      { grants: ['a: SELECT', 'c: INSERT'] },
      'grants - b: SELECT, + c: INSERT',
    ],
    ['first grants', {}, { grants: ['c: INSERT'] }, 'grants + c: INSERT'],
    ['a flag', {}, { facts: { notNull: true } }, 'not null set'],
    ['a flag less', { facts: { notNull: true } }, {}, 'not null dropped'],
    ['a default', {}, { facts: { hasDefault: true }, deparsed: { default: '0' } }, 'default 0 added'],
    ['another default', { deparsed: { default: '0' } }, { deparsed: { default: '1' } }, 'default 0 → 1'],
    ['no default', { deparsed: { default: '0' } }, {}, 'default 0 dropped'],
    [
      'a list in another order',
      { facts: { inherits: ['a', 'b'] } },
      { facts: { inherits: ['b', 'a'] } },
      'inherits a, b → b, a',
    ],
    [
      'a definition',
      { facts: { definition: 'a\nb' } },
      { facts: { definition: 'a\nc' } },
      'definition changed from line 2 on: b → c',
    ],
    [
      'a longer definition',
      { facts: { definition: 'a' } },
      { facts: { definition: 'a\nc' } },
      'definition changed from line 2 on: (nothing) → c',
    ],
  ])('%s', (_, before, after, expected) => {
    const thing: CatalogObject = { kind: 'column', name: 'public.t.c', facts: {} }
    expect(linesOf([{ ...thing, ...before }], [{ ...thing, ...after }])).toEqual([`~ column public.t.c: ${expected}`])
  })

  test('nothing of how another major words an expression, or of what is data', () => {
    const view = (definition: string): CatalogObject => ({
      kind: 'view',
      name: 'public.v',
      facts: {},
      deparsed: { definition },
    })
    expect(linesOf([view('SELECT 1')], [view('SELECT (1)')], [16, 17])).toEqual([])
    expect(linesOf([view('SELECT 1')], [view('SELECT (1)')])).toHaveLength(1)
    const blobs = (objects: number): CatalogObject => ({
      kind: 'large objects',
      name: 'owned by app',
      facts: { objects },
    })
    expect(linesOf([blobs(1)], [blobs(2)])).toEqual([])
    const grants = ['app: MAINTAIN', 'app: SELECT']
    const table: CatalogObject = { kind: 'table', name: 'public.t', facts: {} }
    expect(linesOf([{ ...table, grants: ['app: SELECT'] }], [{ ...table, grants }], [16, 17])).toEqual([])
  })

  test('one line a change, of a bounded length, whatever things are called', () => {
    const name = `public."<script>|\n\u001b[2J\u202e${'x'.repeat(500)}\u{1f418}"`
    const lines = linesOf([], describedTable(name, { [`a\nb`]: 'integer' }))
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toMatch(/\p{Cc}/u)
    expect(lines[0]!.length).toBeLessThanOrEqual(240)
    const elephants = linesOf([], [{ kind: 'table', name: '\u{1f418}'.repeat(300), facts: {} }])
    expect(elephants[0]).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/)
  })

  test('parts of each other, which no server has, each by itself', () => {
    const loop = ['a', 'b'].map((name, index) => ({ kind: 'x', name, of: `x ${['b', 'a'][index]!}`, facts: {} }))
    expect(linesOf([], loop)).toEqual(['+ x a', '+ x b'])
  })
})

const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string(), { maxLength: 3 }),
)
const named = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const objects: fc.Arbitrary<CatalogObject[]> = fc
  .uniqueArray(
    fc.record(
      {
        kind: fc.constantFrom('table', 'column', 'index', 'schema'),
        name: named,
        of: fc.tuple(fc.constantFrom('table', 'schema'), named).map((parts) => parts.join(' ')),
        owner: fc.constantFrom('app', 'admin'),
        grants: fc.array(fc.constantFrom('a: SELECT', 'b: SELECT'), { maxLength: 2 }),
        facts: fc.dictionary(fc.constantFrom('type', 'definition', 'notNull'), fact, { noNullPrototype: true }),
        deparsed: fc.dictionary(fc.constantFrom('default'), fc.string(), { noNullPrototype: true }),
      },
      { requiredKeys: ['kind', 'name', 'facts'], noNullPrototype: true },
    ),
    { selector: ({ kind, name }) => `${kind} ${name}`, maxLength: 12 },
  )
  .map((list) => list as CatalogObject[])

function inverse({ sign, details, ...rest }: SchemaChange): SchemaChange {
  const turned = { '+': '-', '-': '+', '~': '~' } as const
  return { ...rest, sign: turned[sign], details: details.map(({ what, from, to }) => ({ what, from: to, to: from })) }
}

const inOrder = (changes: readonly SchemaChange[]) =>
  changes
    .map(({ sign, kind, name, parts, details }) =>
      JSON.stringify({
        of: [sign, kind, name],
        parts: [...parts].sort(),
        details: details.map(({ what, from, to }) => [what, from ?? null, to ?? null]).sort(),
      }),
    )
    .sort()

describe('the laws of a difference', () => {
  test('nothing differs from itself', () => {
    fc.assert(
      fc.property(objects, (list) => {
        expect(diffSchemas(schema(list), schema(structuredClone(list)))).toEqual([])
      }),
    )
  })

  test('the way back is the way there, turned round', () => {
    fc.assert(
      fc.property(objects, objects, fc.boolean(), (before, after, sameMajor) => {
        const [a, b] = [schema(before, 17), schema(after, sameMajor ? 17 : 16)]
        expect(inOrder(diffSchemas(b, a))).toEqual(inOrder(diffSchemas(a, b).map(inverse)))
      }),
    )
  })

  test('everything that came or went is told, itself or with what it came with', () => {
    fc.assert(
      fc.property(objects, objects, (before, after) => {
        const told = diffSchemas(schema(before), schema(after)).filter(({ sign }) => sign === '+')
        const came = after.filter(({ kind, name }) => !before.some((one) => one.kind === kind && one.name === name))
        const counted = told.reduce((sum, { parts }) => sum + 1 + [...parts.values()].reduce((a, b) => a + b, 0), 0)
        expect(counted).toBe(came.length)
      }),
    )
  })

  test('ten thousand objects take no time to speak of', () => {
    const many = (type: string) =>
      Array.from({ length: 2000 }, (_, index) =>
        describedTable(`public.t${index}`, { a: type, b: type, c: type, d: type }),
      ).flat()
    const began = process.cpuUsage()
    expect(schemaLines(diffSchemas(schema(many('integer')), schema(many('bigint'))))).toHaveLength(8000)
    expect(schemaLines(diffSchemas(schema([]), schema(many('bigint'))))).toHaveLength(2000)
    expect(process.cpuUsage(began).user / 1e6).toBeLessThan(2)
  })
})
