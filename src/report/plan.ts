import { counted, formatCount, formatDuration } from '../units.js'
import { code, leftOut, sentence, type Block, type Limits } from './content.js'
import type { Verdict } from './verdict.js'

/** How the databases of a configuration are spread over the jobs of a workflow. */
export interface PlanFacts {
  /** The longest first. */
  jobs: readonly PlannedJob[]
  /** Backups whose time is only reckoned, because there was none before or it could not be read. */
  unknown: number
}

export interface PlannedJob {
  name: string
  databases: readonly string[]
  type?: string
  /** What they will take together. */
  seconds: number
}

/** What GitHub takes as `strategy.matrix`: names only, because it drops an output that has a masked value in it. */
export function matrixOutput({ jobs }: PlanFacts): object {
  return {
    include: jobs.map(({ name, databases, type, seconds }) => ({
      name,
      databases: databases.join(','),
      type: type ?? '',
      seconds: Math.round(seconds),
    })),
  }
}

export function planVerdict({ jobs, unknown }: PlanFacts): Verdict {
  const [longest] = jobs
  if (longest === undefined) {
    return { mood: 'doubtful', text: sentence`The configuration has no database and type that this is about.` }
  }
  const runs = jobs.reduce((sum, { databases }) => sum + Math.max(1, databases.length), 0)
  const what = `${counted(runs, 'backup')} in ${counted(jobs.length, 'job')}`
  const told =
    unknown === 0
      ? ''
      : ` ${unknown === runs ? 'No earlier time is known' : `For ${formatCount(unknown)} of them no earlier time is known`}, so that is a guess.`
  return { mood: 'good', text: sentence`${what}; the longest takes about ${formatDuration(longest.seconds)}.${told}` }
}

/** For a terminal or a log: one line a job. */
export function planClosing({ jobs }: PlanFacts): string[] {
  return jobs.map(({ name, seconds }) => `${name}: about ${formatDuration(seconds)}`)
}

export function planBlocks({ jobs }: PlanFacts, limits: Limits): Block[] {
  const left = jobs.length - limits.databases
  return jobs.length === 0
    ? []
    : [
        { kind: 'heading', text: 'The jobs' },
        {
          kind: 'table',
          caption: 'The longest first; the databases of a job are worked through one after another',
          columns: [
            { title: 'Job' },
            { title: 'Type' },
            { title: 'Databases', numeric: true },
            { title: 'About', numeric: true },
          ],
          rows: jobs
            .slice(0, limits.databases)
            .map(({ name, type, databases, seconds }) => [
              [code(name)],
              [type === undefined ? '–' : code(type)],
              [formatCount(Math.max(1, databases.length))],
              [formatDuration(seconds)],
            ]),
        },
        ...(left > 0 ? [leftOut(`${counted(left, 'more job')} not shown here.`)] : []),
      ]
}
