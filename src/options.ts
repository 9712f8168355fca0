import { z } from 'zod'
import { copies } from './copy-option.js'
import { UsageError } from './errors.js'
import { nearest } from './nearest.js'
import { KeepRules } from './keep-rules.js'
import { OPTIONS, definitionOf } from './option-list.js'
import {
  ages,
  count,
  duration,
  flag,
  isTimeZone,
  lines,
  list,
  pairs,
  rules,
  scheduleProblem,
  webAddress,
} from './option-values.js'

export { nearest }

/** One typed object, validated once, handed down. Names are those of `OPTIONS` in camel case. */
const Given = z.object({
  databaseUrl: z.string().optional(),
  targetUrl: z.string().optional(),
  restoreMode: z.enum(OPTIONS['restore-mode'].choices).default('new'),
  restoreParts: z.enum(OPTIONS['restore-parts'].choices).default('all'),
  roleMap: pairs(),
  series: z.string().min(1).optional(),
  type: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a word of small letters, digits and hyphens')
    .optional(),
  tables: list(),
  excludeTables: list(),
  format: z.enum(OPTIONS.format.choices).default('directory'),
  compression: z
    .string()
    .regex(
      /^(auto|none|(gzip|lz4|zstd)(:\d{1,2})?)$/,
      'must be auto, none, gzip, lz4 or zstd, with a level such as zstd:3',
    )
    .default('auto'),
  jobs: count.min(1, 'must be at least 1').max(64, 'must be at most 64').optional(),
  lockTimeout: duration().default(300_000),
  verify: z.enum(OPTIONS.verify.choices).optional(),
  scratch: z.enum(OPTIONS.scratch.choices).default('auto'),
  scratchUrl: z.string().optional(),
  postgresBin: list(),
  assertions: lines(),
  services: z.string().optional(),
  stopCommand: z.string().optional(),
  startCommand: z.string().optional(),
  servicesTimeout: duration().default(300_000),
  store: z.string().min(1).default('./backups'),
  copies: copies(),
  sshKey: z.string().optional(),
  sshKnownHosts: z.string().optional(),
  rsyncPassword: z.string().optional(),
  githubToken: z.string().optional(),
  encryptTo: list(),
  hideNames: flag(false),
  decryptKey: z.string().optional(),
  signingKey: z.string().optional(),
  trustedKeys: z.string().optional(),
  rotateCheck: flag(false),
  backup: z.string().min(1).optional(),
  scenario: list(),
  drillReport: z.string().min(1).optional(),
  ...KeepRules.shape,
  timezone: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Madrid').default('UTC'),
  rotate: flag(true),
  dryRun: flag(false),
  confirm: z.string().optional(),
  alerts: rules(),
  failOn: z.enum(OPTIONS['fail-on'].choices).default('critical'),
  webhookUrl: webAddress().optional(),
  webhookSecret: z.string().min(1).optional(),
  pingUrl: webAddress().optional(),
  problemIssues: flag(false),
  metricsFile: z.string().min(1).optional(),
  reportFile: z.string().min(1).optional(),
  period: z.enum(OPTIONS.period.choices).default('daily'),
  maxAge: ages(),
  maxUnproven: ages(),
  uploadArtifact: z.enum(OPTIONS['upload-artifact'].choices).default('all'),
  artifactRetentionDays: count.min(1, 'must be at least 1').max(400, 'must be at most 400').optional(),
  allowPublicArtifact: flag(false),
  historyCache: flag(true),
  // The name that was chosen, or of the only one there is.
  database: z.string().optional(),
  task: z.string().optional(),
  all: flag(false),
  parallel: count.min(1, 'must be at least 1').max(64, 'must be at most 64').default(2),
  timeLimit: duration().refine(isTimeLimit, 'must be more than nothing and at most 576h').optional(),
  schedule: z.string().superRefine(checkSchedule).optional(),
  missedRuns: z.enum(OPTIONS['missed-runs'].choices).default('once'),
  maxJobs: count.min(1, 'must be at least 1').max(256, 'must be at most 256, as GitHub has it').default(256),
})

/** What a timer of Node can count to, with a day or so to spare. */
const LONGEST_LIMIT = 24 * 24 * 3_600_000

function isTimeLimit(milliseconds: number): boolean {
  return milliseconds > 0 && milliseconds <= LONGEST_LIMIT
}

function checkSchedule(text: string, context: z.RefinementCtx): void {
  const message = scheduleProblem(text)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
}

const Schema = Given.transform(({ verify, ...given }) => ({
  ...given,
  // Old sets are looked through for rot: that takes no server, and many of them.
  verify: verify ?? (given.rotateCheck ? 'archive' : 'full'),
  // Where nobody says, a watch asks of each set what its own backup was asked for.
  watchTier: verify === 'none' ? ('archive' as const) : verify,
}))

export type Options = z.infer<typeof Schema>

/** What an option takes, as JSON Schema says it; `{}` where that is no single form. */
export function inputSchemaOf(name: string): Record<string, unknown> {
  const schema = z.toJSONSchema(fieldOf(name) ?? z.any(), { io: 'input', unrepresentable: 'any', target: 'draft-7' })
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== 'default'))
}

/** Values of one origin, by option name: text from inputs, flags and environment, anything from YAML. */
export interface Source {
  /** How messages call a name from here: `the input "jobs"`, `--jobs`, `"jobs" in lifeboat.yml`. */
  label: (name: string) => string
  values: Readonly<Record<string, unknown>>
  /** Whether this is a configuration file, and not what a run was given. */
  isFile?: boolean
}

/** A value that does not fit, by the name of its option. */
export interface OptionProblem {
  name: string
  /** What it must be: `must be a whole number`. */
  message: string
}

/**
 * Builds the options from their sources, the strongest first. Empty text counts as not given, as GitHub does for inputs.
 *
 * Throws `UsageError` that tells all unknown names (with the nearest known ones) and all values that do not fit.
 */
export function buildOptions(sources: readonly Source[]): Options {
  const unknown = sources.flatMap((source) => unknownNames(source))
  const { values, labels } = merged(sources)
  const wrong = problemsOfValues(values).map(({ name, message }) => `${labels.get(name) ?? name}: ${message}`)
  if (unknown.length > 0 || wrong.length > 0) {
    throw new UsageError({
      doing: 'reading the options',
      problem: [...unknown.map(({ problem }) => problem), ...wrong].join('; '),
      advice: unknown.find(({ hint }) => hint !== undefined)?.hint ?? ADVICE,
    })
  }
  return Schema.parse(byMember(values))
}

const ADVICE = 'Correct it and start again; docs/reference.md lists all options.'

/** What does not fit among values, by the names of their options, each looked at by itself; unknown names are passed over. */
export function problemsOfValues(values: Readonly<Record<string, unknown>>): OptionProblem[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const parsed = fieldOf(name)?.safeParse(value)
    return parsed?.success === false ? parsed.error.issues.map((issue) => problemOfIssue(name, issue)) : []
  })
}

/** Whether a value says anything: empty text and nothing do not. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

/** The names in a source that are no options, or have their place elsewhere. */
export function unknownNames(source: Source): { name: string; problem: string; hint?: string }[] {
  return Object.keys(source.values).flatMap((name) => {
    const definition = definitionOf(name)
    if (definition !== undefined) {
      const place = definition.where
      const isElsewhere = place !== undefined && (place === 'file') !== (source.isFile === true)
      return isElsewhere && isGiven(source.values[name])
        ? [{ name, problem: `${source.label(name)} ${ELSEWHERE[place]}` }]
        : []
    }
    const near = nearest(name, Object.keys(OPTIONS))
    const problem = `${source.label(name)} is not an option of pg-lifeboat`
    return [{ name, problem, ...(near !== undefined && { hint: `Did you mean ${source.label(near)}?` }) }]
  })
}

const ELSEWHERE = {
  run: 'is said to a run, as a flag, an input or a variable, and has no place in a file',
  file: 'has its place in lifeboat.yml only',
} as const

/** The strongest value of each option, and what that source calls it. */
function merged(sources: readonly Source[]): { values: Record<string, unknown>; labels: Map<string, string> } {
  const labels = new Map<string, string>()
  const values: Record<string, unknown> = {}
  for (const source of sources) {
    for (const [name, value] of Object.entries(source.values)) {
      if (isGiven(value) && !labels.has(name)) {
        values[name] = value
        labels.set(name, source.label(name))
      }
    }
  }
  return { values, labels }
}

/** The environment's values: `LIFEBOAT_DATABASE_URL` is `database-url`. Other variables of that prefix are refused. */
export function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Source {
  const prefix = 'LIFEBOAT_'
  const values: Record<string, unknown> = {}
  for (const [variable, value] of Object.entries(environment)) {
    if (variable.startsWith(prefix)) {
      values[variable.slice(prefix.length).toLowerCase().replaceAll('_', '-')] = value
    }
  }
  return { label: (name) => `the variable ${prefix}${name.toUpperCase().replaceAll('-', '_')}`, values }
}

/** What zod expected, in words. */
const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text; in a file, put it in quotes',
  array: 'a list, or names separated by commas',
  record: 'a mapping',
}

function problemOfIssue(name: string, issue: z.core.$ZodIssue): OptionProblem {
  const choices = definitionOf(name)?.choices
  if (choices !== undefined) {
    return { name, message: `must be one of ${choices.join(', ')}` }
  }
  const isOurs = issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid')
  return { name, message: isOurs ? issue.message : `must be ${EXPECTED[issue.expected] ?? issue.expected}` }
}

/** What checks one option. */
function fieldOf(name: string): z.ZodType | undefined {
  const fields: Readonly<Record<string, z.ZodType>> = Given.shape
  const key = camelCase(name)
  return Object.hasOwn(fields, key) ? fields[key] : undefined
}

function byMember(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [camelCase(name), value]))
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
