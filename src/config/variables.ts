/** What `${…}`, `{database}` and `{type}` in a file stand for. */
export interface Names {
  environment: Readonly<Record<string, string | undefined>>
  /** Undefined where the file names no databases. */
  database?: string
  /** Undefined where the run is about every type. */
  type?: string
}

/** Something that a text asks for and that is not there. */
export type Missing =
  | { kind: 'variable'; name: string }
  | { kind: 'form'; text: string }
  | { kind: 'placeholder'; name: 'database' | 'type' }

export interface Expanded {
  value: unknown
  missing: readonly Missing[]
}

// One pass, so that nothing is read into what a variable holds: a password may look like a placeholder.
const PLACES = /\$\$\{|\$\{([^}]*)\}?|\{(database|type)\}/g
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Puts in what a value's texts stand for: `${NAME}` is a variable of the environment, `{database}` and `{type}` are the
 * names of what the run is about, and `$${` is `${` itself. Lists and mappings are gone through; keys stay as they are.
 *
 * What is missing stays as it was written.
 */
export function expand(value: unknown, names: Names): Expanded {
  const missing: Missing[] = []
  const replaced = mapTexts(value, (text) =>
    text.replaceAll(PLACES, (whole, variable: string | undefined, placeholder: 'database' | 'type' | undefined) => {
      if (whole === '$${') {
        return '${'
      }
      const found =
        placeholder === undefined ? ofVariable(whole, variable ?? '', names) : ofPlaceholder(placeholder, names)
      if (typeof found === 'string') {
        return found
      }
      missing.push(found)
      return whole
    }),
  )
  return { value: replaced, missing }
}

/** The text that stands for another one, whatever is in it: the other way round than `expand`, but for placeholders. */
export function literal(text: string): string {
  return text.replaceAll('${', () => '$${')
}

function ofVariable(whole: string, name: string, { environment }: Names): string | Missing {
  if (!whole.endsWith('}') || !VARIABLE.test(name)) {
    return { kind: 'form', text: whole }
  }
  return (Object.hasOwn(environment, name) ? environment[name] : undefined) ?? { kind: 'variable', name }
}

function ofPlaceholder(name: 'database' | 'type', names: Names): string | Missing {
  return names[name] ?? { kind: 'placeholder', name }
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') {
    return map(value)
  }
  if (Array.isArray(value)) {
    return value.map((each) => mapTexts(each, map))
  }
  return value === null || typeof value !== 'object'
    ? value
    : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, map)]))
}
