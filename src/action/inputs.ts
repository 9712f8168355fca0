import { UsageError } from '../errors.js'
import { OPERATIONS, OPTIONS, optionDefinitions, type Operation } from '../option-list.js'
import { nearest, type Source } from '../options.js'
import { parseEnvironment } from './environment-input.js'

type Environment = Readonly<Record<string, string | undefined>>

/** What the step's `with:` says. */
export interface Inputs {
  operation: Operation
  /** The options among the inputs, for `buildOptions`. */
  options: Source
  /** Variables that this step alone gets, for `${…}` in lifeboat.yml. */
  environment: Readonly<Record<string, string>>
  /** The values that must never be shown. */
  secrets: readonly string[]
}

const PREFIX = 'INPUT_'
/** Inputs that are no options: what is to be done, and what an environment holds elsewhere. */
const OWN: readonly string[] = ['operation', 'environment']
const KNOWN: readonly string[] = [...OWN, ...Object.keys(OPTIONS)]

/**
 * Reads the inputs: the runner hands each on as `INPUT_<NAME>`, in capitals, hyphens kept. It hands on those too that
 * action.yml does not declare and only warns of them, so that a mistyped `keep-dayly` would silently mean the default;
 * here it is refused.
 *
 * Throws `UsageError` for an unknown input and an unknown operation.
 */
export function readInputs(environment: Environment): Inputs {
  const given = Object.entries(environment).flatMap(([variable, value]) =>
    variable.startsWith(PREFIX) ? [[variable.slice(PREFIX.length).toLowerCase(), value ?? ''] as const] : [],
  )
  given.forEach(([name]) => {
    rejectUnknown(name)
  })
  const values: Readonly<Record<string, string>> = Object.fromEntries(given)
  const variables = parseEnvironment(values.environment ?? '')
  return {
    operation: operationOf(values.operation ?? ''),
    options: {
      label: (name) => `the input "${name}"`,
      values: Object.fromEntries(given.filter(([name]) => !OWN.includes(name))),
    },
    environment: variables,
    secrets: [
      ...optionDefinitions().flatMap(({ name, secret }) => (secret === true && values[name] ? [values[name]] : [])),
      ...Object.values(variables),
    ],
  }
}

function rejectUnknown(name: string): void {
  if (KNOWN.includes(name)) {
    return
  }
  const near = nearest(name, KNOWN)
  throw new UsageError({
    doing: 'reading the inputs of the action',
    problem: `"${name}" is not an input of pg-lifeboat`,
    advice: near === undefined ? 'The README lists all inputs.' : `Did you mean "${near}"?`,
  })
}

function operationOf(text: string): Operation {
  const name = text === '' ? 'backup' : text
  const operation = OPERATIONS.find((known) => known === name)
  if (operation !== undefined) {
    return operation
  }
  const near = nearest(name, OPERATIONS)
  throw new UsageError({
    doing: 'reading the inputs of the action',
    problem: `the input "operation" is "${name}", which is none of ${OPERATIONS.join(', ')}`,
    advice: near === undefined ? 'Choose one of them.' : `Did you mean "${near}"?`,
  })
}
