import { definitionOf } from '../option-list.js'
import { isGiven, problemsOfValues } from '../options.js'
import type { Level, Levels } from './levels.js'
import type { Problem } from './problems.js'
import type { Entry, Tree } from './tree.js'
import { shapeProblem } from './value-shape.js'
import { expand, type Missing, type Names } from './variables.js'

/**
 * What is wrong with the values of a file, each looked at by itself, in every level. A value that asks for a variable that
 * is not set is not looked at: that is told to the run that needs it, so that no database waits for another's secret.
 */
export function problemsOfLevels(levels: Levels, tree: Tree, names: Names): Problem[] {
  const hasDatabases = levels.databases !== undefined
  return allLevels(levels).flatMap(({ level, sample }) =>
    [...level.options.values()].flatMap((entry) => {
      const used = { ...names, ...(hasDatabases && { database: 'database' }), type: 'type', ...sample }
      const message = problemOfEntry(entry, used)
      return message === undefined ? [] : [{ place: tree.place(entry.valueAt), message }]
    }),
  )
}

/** Every level of a file, with the names that are known in it. */
export function allLevels({ top, types, tasks, databases = [] }: Levels): { level: Level; sample: Partial<Names> }[] {
  const ofTypes = (all: Levels['types'], sample: Partial<Names>) =>
    [...all].flatMap(([type, level]) => (level === undefined ? [] : [{ level, sample: { ...sample, type } }]))
  return [
    { level: top, sample: {} },
    ...ofTypes(types, {}),
    ...[...tasks.values()].map((level) => ({ level, sample: {} })),
    ...databases.flatMap((database) => [
      { level: database.own, sample: { database: database.name } },
      ...ofTypes(database.types, { database: database.name }),
    ]),
  ]
}

function problemOfEntry({ name, value }: Entry, names: Names): string | undefined {
  const definition = definitionOf(name)
  if (definition === undefined || definition.where === 'run' || !isGiven(value)) {
    return undefined
  }
  const shape = shapeProblem(definition, value)
  if (shape !== undefined) {
    return `"${name}" ${shape}`
  }
  const { value: expanded, missing } = expand(value, names)
  const [first] = missing.filter(({ kind }) => kind !== 'variable')
  if (first !== undefined) {
    return `"${name}": ${missingText(first)}`
  }
  const [wrong] = missing.length > 0 || !isGiven(expanded) ? [] : problemsOfValues({ [name]: expanded })
  return wrong === undefined ? undefined : `"${name}"${wrong.message.startsWith('must') ? '' : ':'} ${wrong.message}`
}

/** What to say of something that a value asks for and that is not there. */
export function missingText(missing: Missing): string {
  switch (missing.kind) {
    case 'variable':
      return /^(database|type)$/.test(missing.name)
        ? `the variable ${missing.name} is not set; the name itself is written {${missing.name}}, without "$"`
        : `the variable ${missing.name} is not set in the environment`
    case 'form':
      return 'variables are written ${NAME}, with letters, digits and "_"; a "${" that stands for itself is written $${'
    case 'placeholder':
      return missing.name === 'database'
        ? '{database} stands for the name of one of the "databases", and this file names none'
        : '{type} stands for a type, and this run is about all of them; name one (--type), or move the key into the types'
  }
}
