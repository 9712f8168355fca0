import { expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { levelsInUse, mergeLevels } from '../../../src/config/choose.js'
import { configurationOf, type LoadedConfiguration } from '../../../src/config/configuration.js'
import type { Level } from '../../../src/config/levels.js'
import { expand, literal } from '../../../src/config/variables.js'
import { UsageError } from '../../../src/errors.js'
import { OPTIONS } from '../../../src/option-list.js'
import { isGiven, type Source } from '../../../src/options.js'

jest.setTimeout(30_000)

/** What is made of a file of this text. */
function understood(
  text: string,
  environment: Record<string, string> = {},
  run: readonly Source[] = [],
): LoadedConfiguration {
  const file = { name: 'lifeboat.yml', path: '/lifeboat.yml', text }
  return configurationOf({ file, run, environment, folder: '/', problems: [] })
}

/** What a call throws, if anything. */
function thrownBy(call: () => unknown): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    return error
  }
}

const NAMES = ['jobs', 'keep-last', 'keep-daily', 'parallel'] as const
const level = fc.dictionary(fc.constantFrom(...NAMES), fc.option(fc.integer({ min: 1, max: 64 })), { maxKeys: 4 })

/** The first that says something, which is all there is to precedence. */
function firstGiven(levels: readonly Readonly<Record<string, unknown>>[], name: string): unknown {
  return levels.map((values) => values[name]).find(isGiven)
}

const levelOf = (values: Readonly<Record<string, unknown>>): Level => ({
  at: 0,
  options: new Map(
    Object.entries(values).map(([name, value]) => [name, { name, value, keyAt: 0, valueAt: 0 }] as const),
  ),
})

test('merging takes the strongest level that says something, for each option by itself', () => {
  fc.assert(
    fc.property(fc.array(level, { maxLength: 5 }), (levels) => {
      const merged = mergeLevels(levels.map(levelOf))
      const names = new Set(levels.flatMap((values) => Object.keys(values)))
      for (const name of names) {
        expect(merged.get(name)?.value).toEqual(firstGiven(levels, name))
      }
      expect([...merged.keys()].filter((name) => !names.has(name))).toEqual([])
    }),
  )
})

test('merging in two steps is merging in one', () => {
  fc.assert(
    fc.property(fc.array(level), fc.array(level), (stronger, weaker) => {
      const inOne = mergeLevels([...stronger, ...weaker].map(levelOf))
      const first: Level = { at: 0, options: mergeLevels(stronger.map(levelOf)) }
      const second: Level = { at: 0, options: mergeLevels(weaker.map(levelOf)) }
      expect(mergeLevels([first, second])).toEqual(inOne)
    }),
  )
})

test('a task goes before all; a database whose types are merged looks at its type, itself, the type at the top, the top', () => {
  const [top, ofTop, own, ofOwn] = [levelOf({ a: 1 }), levelOf({ a: 2 }), levelOf({ a: 3 }), levelOf({ a: 4 })]
  const database = { name: 'd', at: 0, own, types: new Map([['t', ofOwn]]) }
  const task = { ...levelOf({ a: 5 }), operation: 'drill' as const }
  const levels = { top, types: new Map([['t', ofTop]]), tasks: new Map([['x', task]]), databases: [database] }
  expect(levelsInUse(levels, { database, type: 't' })).toEqual([ofOwn, own, ofTop, top])
  expect(levelsInUse(levels, { database })).toEqual([own, top])
  expect(levelsInUse(levels, { database, type: 't', task })).toEqual([task, ofOwn, own, ofTop, top])
})

test('the whole way: flag, environment, type, database, type at the top, top', () => {
  const values = fc.record({ 'keep-daily': fc.option(fc.integer({ min: 1, max: 64 })) })
  fc.assert(
    fc.property(values, values, values, values, values, values, (flags, variables, ofOwn, own, ofTop, top) => {
      const run = [flags, variables].map((given) => ({ label: String, values: given }))
      const text = stringify({ ...top, types: { t: ofTop }, databases: { d: { ...own, types: { t: ofOwn } } } })
      const strongest = firstGiven([flags, variables, ofOwn, own, ofTop, top], 'keep-daily')
      expect(understood(text, {}, run).optionsFor({ type: 't' }).keepDaily).toBe(strongest)
    }),
  )
})

const anyText = fc.oneof(
  fc.string(),
  fc
    .array(fc.constantFrom('$', '{', '}', '${', '$${', 'A', 'type', 'database', '{type}'), { maxLength: 12 })
    .map((all) => all.join('')),
)

test('a text that is written literally stands for itself', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      // Placeholders have no way to be written literally; nobody knows of a need for one.
      fc.pre(!/\{(type|database)\}/.test(literal(text)))
      expect(expand(literal(text), { environment: {} })).toEqual({ value: text, missing: [] })
    }),
  )
})

test('a variable stands for what it holds, to the last sign, wherever it stands', () => {
  fc.assert(
    fc.property(
      anyText,
      fc.string().map((text) => text.replaceAll(/[${}]/g, '')),
      (held, around) => {
        const names = { environment: { HELD: held }, type: 't', database: 'd' }
        expect(expand({ a: [`${around}\${HELD}${around}`] }, names)).toEqual({
          value: { a: [`${around}${held}${around}`] },
          missing: [],
        })
      },
    ),
  )
})

test('what a file says is what a run gets, whatever the text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      fc.pre(text !== '' && !/\{(database|type)\}/.test(text))
      expect(understood(stringify({ services: literal(text) })).optionsFor({}).services).toBe(text)
    }),
  )
})

/** Something that looks like a configuration, more or less. */
const word = fc.constantFrom(
  ...Object.keys(OPTIONS).slice(0, 12), 'types', 'databases', 'tasks', 'operation', 'drill', 'daily', 'masclet', 'off', 'schedule', '"', "'", '*a', '&a', '!t', '<<',
  '${A}', '${', '$${', '{database}', '{type}', '17 2 * * *', '7', 'true', 'null', '[', ']', '{', '}', ',', '#', '|', '>', '-', '?', '%', '---', '...', '\t', '\u0000', '\uFEFF', '😀',
) // prettier-ignore
const line = fc.tuple(
  fc.nat(6),
  fc.array(fc.oneof({ weight: 6, arbitrary: word }, fc.string({ maxLength: 6 })), { maxLength: 5 }),
  fc.constantFrom(': ', ' ', ':', ''),
)
const yamlish = fc
  .array(line, { maxLength: 12 })
  .map((lines) => lines.map(([indent, words, glue]) => ' '.repeat(indent) + words.join(glue)).join('\n'))

const tree: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), word),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(word, tie('value'), { maxKeys: 4 }),
  ),
})).value

test('no file makes the loader fail in any other way than with a usage error', () => {
  const texts = fc.oneof(
    yamlish,
    tree.map((value) => stringify(value)),
    fc.string({ unit: 'binary' }),
  )
  const loadAll = (text: string) => {
    const loaded = understood(text, { A: 'x' })
    for (const { name, types } of loaded.entries) {
      const database = name === undefined ? {} : { database: name }
      loaded.optionsFor(database)
      types.forEach(({ name: type }) => loaded.optionsFor({ ...database, type }))
      loaded.tasks.forEach(({ name: task }) => loaded.optionsFor({ ...database, task }))
    }
    loaded.tasks.forEach(({ name: task }) => loaded.commonOptions({ task }))
  }
  fc.assert(
    fc.property(texts, (text) => {
      const error = thrownBy(() => {
        loadAll(text)
      })
      expect(error === undefined || error instanceof UsageError ? 'well' : error).toBe('well')
    }),
    { numRuns: 500 },
  )
})

test('whatever is wrong with a file, its secrets are not shown', () => {
  const SECRET = 'Zq9secretZq9'
  const secretLine = fc
    .tuple(
      fc.nat(4),
      fc.constantFrom('database-url', 'webhook-secret', 'databse-url', 'ssh-key'),
      fc.constantFrom(': ', ': "', ': |\n      ', ': [', ':'),
    )
    .map(([indent, key, glue]) => `${' '.repeat(indent)}${key}${glue}${SECRET}`)
  fc.assert(
    fc.property(yamlish, secretLine, yamlish, (before, secret, after) => {
      const error = thrownBy(() => understood(`${before}\n${secret}\n${after}`, { A: 'x' }))
      expect(String(error)).not.toContain(SECRET)
    }),
    { numRuns: 500 },
  )
})
