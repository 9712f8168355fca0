import { ageText, type WatchedType } from '../records/freshness.js'
import { counted, formatInstant } from '../units.js'
import { asSentence, code, sentence, type Block, type Text } from './content.js'
import type { Report } from './report.js'
import type { Verdict } from './verdict.js'

/** Whether what was looked for is there; what could not be seen is not called good. */
export function watchVerdict({ watched = [], findings }: Pick<Report, 'watched' | 'findings'>): Verdict {
  const missed = findings.filter(({ severity }) => severity === 'error')
  const open = findings.filter(({ severity }) => severity === 'inconclusive')
  const [first] = missed
  if (first !== undefined) {
    const rest = missed.length === 1 ? [] : sentence` ${counted(missed.length - 1, 'more problem')} below.`
    return { mood: 'bad', text: sentence`${code(first.on)}: ${asSentence(first.found)}${rest}` }
  }
  const [unseen] = open
  if (unseen !== undefined) {
    return { mood: 'doubtful', text: sentence`${code(unseen.on)} could not be watched: ${asSentence(unseen.found)}` }
  }
  const stores = new Set(watched.map(({ store }) => store)).size
  const kinds = new Set(watched.map(({ type }) => type)).size
  const where = stores === 1 ? 'the store' : `each of ${counted(stores, 'store')}`
  return {
    mood: findings.some(({ severity }) => severity === 'warning') ? 'doubtful' : 'good',
    text: sentence`The newest backup of ${kinds === 1 ? 'the type' : `each of ${counted(kinds, 'type')}`} that ${kinds === 1 ? 'is' : 'are'} watched is as new as it should be in ${where}, and proven to restore.`,
  }
}

/** What was seen, type by type, in every store. */
export function watchBlocks({ watched = [], startedAt }: Pick<Report, 'watched' | 'startedAt'>): Block[] {
  if (watched.length === 0) {
    return []
  }
  return [
    { kind: 'heading', text: 'What was seen' },
    {
      kind: 'table',
      caption: 'The newest backup of each type, and the newest that is proven to restore',
      columns: [
        { title: 'Store' },
        { title: 'Type' },
        { title: 'Newest' },
        { title: 'Age', numeric: true },
        { title: 'Allowed', numeric: true },
        { title: 'Newest proven' },
        { title: 'Age', numeric: true },
        { title: 'Allowed', numeric: true },
      ],
      rows: watched.map((one) => row(one, startedAt)),
    },
  ]
}

function row(
  { store, type, newest, newestProven, maxAge, maxUnproven, isFresh, isProven }: WatchedType,
  now: Date,
): Text[] {
  const seen = (at: Date | undefined, isGood: boolean, limit: number): Text[] => [
    [`${isGood ? '✅' : '❌'} ${at === undefined ? 'none' : formatInstant(at)}`],
    [at === undefined ? '–' : ageText(now.getTime() - at.getTime())],
    [ageText(limit)],
  ]
  return [[code(store)], [code(type)], ...seen(newest, isFresh, maxAge), ...seen(newestProven, isProven, maxUnproven)]
}
