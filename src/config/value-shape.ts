import type { OptionDefinition } from '../option-list.js'

type Scalar = string | number | boolean

interface Shape {
  fits: (value: unknown) => boolean
  expected: string
}

/** How a file writes each kind of option. */
const SHAPES: Readonly<Record<OptionDefinition['kind'], Shape>> = {
  text: { fits: (value) => typeof value === 'string', expected: 'must be one text; put a number or a word in quotes' },
  choice: { fits: (value) => typeof value === 'string', expected: 'must be one of' },
  flag: { fits: (value) => ['boolean', 'string'].includes(typeof value), expected: 'must be true or false' },
  count: { fits: (value) => ['number', 'string'].includes(typeof value), expected: 'must be a whole number' },
  duration: {
    fits: (value) => typeof value === 'string',
    expected: 'must be a duration with its unit, such as 30s, 5min or 2h',
  },
  list: {
    fits: (value) => isTextOr(value, isScalar) || isMappingOf(value, isScalar),
    expected: 'must be names separated by commas, or a list of them',
  },
  lines: {
    fits: (value) => isTextOr(value, (each) => typeof each === 'string' || isMappingOf(each, isScalar)),
    expected: 'must be lines of text, or a list of texts',
  },
  rules: {
    fits: (value) =>
      isTextOr(value, (each) => typeof each === 'string') || isMappingOf(value, (each) => isMappingOf(each, isScalar)),
    expected: 'must be rules such as "critical duration > 30min", a list of them, or {critical: {duration: "> 30min"}}',
  },
}

/** What is wrong with how a value of a file is written for its kind of option: a list where a text belongs, and so on. */
export function shapeProblem({ kind, choices }: OptionDefinition, value: unknown): string | undefined {
  const { fits, expected } = SHAPES[kind]
  return fits(value) ? undefined : choices === undefined ? expected : `${expected} ${choices.join(', ')}`
}

function isScalar(value: unknown): value is Scalar {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

function isTextOr(value: unknown, isPart: (each: unknown) => boolean): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every(isPart))
}

function isMappingOf(value: unknown, isPart: (each: unknown) => boolean): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(isPart)
}
