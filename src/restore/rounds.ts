import type { ListedEntry } from './use-list.js'

/** Entries of one section that are restored by one run of pg_restore. */
export interface Round {
  entries: ListedEntry[]
  jobs: number
}

type Stage = 'build' | 'attach' | 'rest' | 'event-triggers'

/**
 * The runs in which indexes, keys and all that comes behind the rows is restored; empty ones are left out. Each entry is
 * in exactly one of them.
 *
 * The index of a partitioned table becomes valid when the index of its last partition is attached. Jobs that attach at
 * the same time can each miss the other's, and it stays invalid: seen in one restore of thirty with partitions of
 * partitions. So these entries come one after the other, behind what they attach and before the foreign keys that need
 * them. Event triggers come last: they must not run on what is restored, nor on what has to be tried again.
 */
export function roundsOf(entries: readonly ListedEntry[], jobs: number): { early: Round[]; eventTriggers: Round[] } {
  const of = (stage: Stage, inTurn = jobs): Round[] => {
    const chosen = entries.filter((entry) => stageOf(entry) === stage)
    return chosen.length === 0 ? [] : [{ entries: chosen, jobs: inTurn }]
  }
  const eventTriggers = of('event-triggers', 1)
  const attached = of('attach', 1)
  return attached.length === 0 || jobs === 1
    ? { early: inOne(entries, jobs), eventTriggers }
    : { early: [...of('build'), ...attached, ...of('rest')], eventTriggers }
}

function inOne(entries: readonly ListedEntry[], jobs: number): Round[] {
  const early = entries.filter((entry) => stageOf(entry) !== 'event-triggers')
  return early.length === 0 ? [] : [{ entries: early, jobs }]
}

function stageOf({ catalogId, text }: ListedEntry): Stage {
  if (catalogId === '0 0' && text.startsWith('INDEX ATTACH ')) {
    return 'attach'
  }
  if (/^(EVENT TRIGGER|(COMMENT|SECURITY LABEL) - EVENT TRIGGER) /.test(text)) {
    return 'event-triggers'
  }
  return /^(INDEX|CONSTRAINT) /.test(text) ? 'build' : 'rest'
}
