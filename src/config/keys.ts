import { definitionOf, optionDefinitions, type OptionName } from '../option-list.js'
import { nearest } from '../nearest.js'
import type { Entry } from './tree.js'

/** What stands in a mapping besides options, by its level. */
const STRUCTURE = {
  top: ['types', 'databases', 'tasks'],
  database: ['types'],
  type: [],
  task: ['operation'],
} as const
export type LevelKind = keyof typeof STRUCTURE

/** Options that mean nothing below the top. */
const TOP_ONLY = ['parallel']

/** The options that may stand in a level of that kind. */
export function optionsAt(kind: LevelKind): OptionName[] {
  const inFile = optionDefinitions().filter(({ where }) => where !== 'run')
  return inFile.map(({ name }) => name).filter((name) => !isAboveOf(name, kind))
}

function isAboveOf(name: string, kind: LevelKind): boolean {
  return (kind === 'type' && name === 'type') || (kind !== 'top' && TOP_ONLY.includes(name))
}

/** Whether a key is none of the options, but what holds levels together. */
export function isStructure(name: string, kind: LevelKind): boolean {
  return STRUCTURE[kind].some((word) => word === name)
}

/** What is wrong with a key where it stands; undefined where nothing is. */
export function misplaced({ name, under }: Entry, kind: LevelKind): string | undefined {
  const definition = definitionOf(name)
  if (isStructure(name, 'top')) {
    return kind === 'type' || kind === 'task'
      ? `"${name}" has no place in a ${kind}`
      : `"${name}" has its place at the top of the file`
  }
  if (name === 'operation') {
    return 'what is done is said to a run; in the file it stands only in a task'
  }
  if (definition === undefined) {
    return unknown(name, kind, under !== undefined)
  }
  if (definition.where === 'run') {
    return SAID_TO_A_RUN[name] ?? `"${name}" is said to a run (--${name}), and has no place in a file`
  }
  if (!isAboveOf(name, kind)) {
    return undefined
  }
  return name === 'type'
    ? 'the key above is the name of the type already'
    : `"${name}" has its place at the top of the file`
}

const SAID_TO_A_RUN: Readonly<Record<string, string | undefined>> = {
  database: 'which database is meant is said to a run; here they all stand under "databases"',
  task: 'which task is meant is said to a run; here they all stand under "tasks"',
}

function unknown(name: string, kind: LevelKind, isMapping: boolean): string {
  if (name === '<<') {
    return 'merge keys ("<<") are not read; what holds for several databases stands once, at the top'
  }
  const near = nearest(name, [...STRUCTURE[kind], ...optionsAt(kind)])
  if (near !== undefined) {
    return `"${name}" is not known here; did you mean "${near}"?`
  }
  const hint = isMapping && kind === 'top' ? '; a database stands under "databases", a type under "types"' : ''
  return `"${name}" is not known here${hint === '' ? '; docs/reference.md lists all options' : hint}`
}
