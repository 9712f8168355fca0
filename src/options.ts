import { z } from 'zod'
import { copies } from './copy-option.js'
import { UsageError } from './errors.js'
import { nearest } from './nearest.js'
import { KeepRules } from './keep-rules.js'
import { OPTIONS, type OptionDefinition } from './option-list.js'
import { ages, count, duration, flag, isTimeZone, lines, list, pairs, rules } from './option-values.js'

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
  webhookUrl: z.url('must be a URL').optional(),
  webhookSecret: z.string().min(1).optional(),
  pingUrl: z.url('must be a URL').optional(),
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
})

const Schema = Given.transform(({ verify, ...given }) => ({
  ...given,
  // Old sets are looked through for rot: that takes no server, and many of them.
  verify: verify ?? (given.rotateCheck ? 'archive' : 'full'),
  // Where nobody says, a watch asks of each set what its own backup was asked for.
  watchTier: verify === 'none' ? ('archive' as const) : verify,
}))

export type Options = z.infer<typeof Schema>

/** Values of one origin, by option name: text from inputs, flags and environment, anything from YAML. */
export interface Source {
  /** How messages call a name from here: `the input "jobs"`, `--jobs`, `"jobs" in lifeboat.yml`. */
  label: (name: string) => string
  values: Readonly<Record<string, unknown>>
}

/**
 * Builds the options from their sources, the strongest first. Empty text counts as not given, as GitHub does for inputs.
 *
 * Throws `UsageError` for an unknown name (and names the nearest known one) and for a value that does not fit.
 */
export function buildOptions(sources: readonly Source[]): Options {
  const values: Record<string, unknown> = {}
  const origins = new Map<string, string>()
  for (const source of sources) {
    for (const [name, value] of Object.entries(source.values)) {
      rejectUnknown(name, source)
      const key = camelCase(name)
      if (isGiven(value) && !origins.has(key)) {
        values[key] = value
        origins.set(key, source.label(name))
      }
    }
  }
  const parsed = Schema.safeParse(values)
  if (!parsed.success) {
    throw usageError(parsed.error, origins)
  }
  return parsed.data
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

function rejectUnknown(name: string, source: Source): void {
  if (name in OPTIONS) {
    return
  }
  const near = nearest(name, Object.keys(OPTIONS))
  throw new UsageError({
    doing: 'reading the options',
    problem: `${source.label(name)} is not an option of pg-lifeboat`,
    advice: near === undefined ? 'The README lists all options.' : `Did you mean ${source.label(near)}?`,
  })
}

function usageError(error: z.ZodError, origins: ReadonlyMap<string, string>): UsageError {
  const problems = error.issues.map((issue) => {
    const key = String(issue.path[0] ?? '')
    const name = kebabCase(key)
    const choices = (OPTIONS as Record<string, OptionDefinition>)[name]?.choices
    const expectation = choices === undefined ? issue.message : `must be one of ${choices.join(', ')}`
    return `${origins.get(key) ?? name}: ${expectation}`
  })
  return new UsageError({
    doing: 'reading the options',
    problem: problems.join('; '),
    advice: 'Correct the value and start again; the README lists all options.',
  })
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function kebabCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
