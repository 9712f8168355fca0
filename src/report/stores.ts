import type { Proof } from '../backup/manifest.js'
import { counted, formatBytes, formatDuration } from '../units.js'
import { asSentence, code, sentence, type Block, type Column, type Limits, type Text } from './content.js'
import type { CopiedSet, Report, StoreLine } from './report.js'
import { retentionBlocks } from './retention.js'
import type { Verdict } from './verdict.js'

/** What came of an operation in each of its stores, where there are several. */
export function storeBlocks({ operation, stores = [], dryRun }: Report, limits: Limits): Block[] {
  if (stores.length === 0) {
    return []
  }
  const table = operation === 'validate' ? checkedTable(stores) : copiedTable(stores)
  return [
    { kind: 'heading', text: 'Stores' },
    table,
    ...stores
      .filter(({ retention }) => retention.length > 0)
      .map((store): Block => ({
        kind: 'details',
        summary: `Kept and removed in ${store.name}`,
        blocks: retentionBlocks(
          store.retention,
          { caption: 'Backups in this copy, with the reason for each', dryRun: dryRun === true },
          limits,
        ),
      })),
  ]
}

function copiedTable(stores: readonly StoreLine[]): Block {
  const columns: Column[] = [
    { title: 'Store' },
    { title: 'Copied by this run' },
    { title: 'Amount', numeric: true },
    { title: 'Time', numeric: true },
    { title: 'Speed', numeric: true },
    { title: 'Holds now', numeric: true },
    { title: 'State' },
  ]
  return {
    kind: 'table',
    caption: 'The store and its copies',
    columns,
    rows: stores.map((store) => {
      const { bytes, seconds } = amountOf(store.copied)
      const isNone = store.copied.length === 0
      return [
        [code(store.name)],
        isNone ? ['–'] : idsOf(store.copied),
        [isNone ? '–' : formatBytes(bytes)],
        [isNone ? '–' : formatDuration(seconds)],
        [isNone || seconds === 0 ? '–' : `${formatBytes(bytes / seconds)}/s`],
        [holdsOf(store)],
        [stateOf(store)],
      ]
    }),
  }
}

function amountOf(copied: readonly CopiedSet[]): { bytes: number; seconds: number } {
  return {
    bytes: copied.reduce((sum, set) => sum + set.bytes, 0),
    seconds: copied.reduce((sum, set) => sum + set.seconds, 0),
  }
}

/** The first few: a new copy may get many at once. */
function idsOf(copied: readonly CopiedSet[]): Text {
  const shown = copied.slice(0, 3)
  const left = copied.length - shown.length
  const names = shown.flatMap(({ type, id }, index) => [...(index === 0 ? [] : [', ']), code(`${type}/${id}`)])
  return left === 0 ? names : [...names, ` and ${counted(left, 'more', 'more')}`]
}

function holdsOf({ holds }: StoreLine): string {
  return holds === undefined ? 'not known' : `${counted(holds.sets, 'backup')}, ${formatBytes(holds.bytes)}`
}

function stateOf({ role, trouble }: StoreLine): string {
  if (trouble !== undefined) {
    return `❌ ${trouble}`
  }
  return role === 'primary' ? '✅ the store itself' : '✅ up to date'
}

function checkedTable(stores: readonly StoreLine[]): Block {
  return {
    kind: 'table',
    caption: 'The oldest backup that is kept in each store',
    columns: [
      { title: 'Store' },
      { title: 'Backup' },
      { title: 'Outcome' },
      { title: 'Tier' },
      { title: 'Time', numeric: true },
    ],
    rows: stores.map(({ name, checked, trouble }) =>
      checked === undefined
        ? [[code(name)], ['–'], [`❓ ${trouble ?? 'not checked'}`], ['–'], ['–']]
        : [
            [code(name)],
            [code(`${checked.type}/${checked.id}`)],
            [CHECKED[checked.proof.outcome]],
            [checked.proof.tier],
            [formatDuration(checked.proof.seconds)],
          ],
    ),
  }
}

const CHECKED: Readonly<Record<Proof['outcome'], string>> = {
  proven: '✅ whole',
  failed: '❌ damaged',
  'not-verified': '❓ could not be checked',
}

/** What came of a validation in each of several stores. */
export function checkedVerdict(stores: readonly StoreLine[]): Verdict {
  const damaged = stores.filter(({ checked }) => checked?.proof.outcome === 'failed')
  const open = stores.filter(({ checked }) => checked === undefined || checked.proof.outcome === 'not-verified')
  if (damaged.length > 0) {
    const text = sentence`The oldest backup in ${namesOf(damaged)} is damaged, do not rely on it.`
    return { mood: 'bad', text }
  }
  if (open.length > 0) {
    const text = sentence`The oldest backup in ${namesOf(open)} could not be checked, so it is not known whether it is whole.`
    return { mood: 'doubtful', text }
  }
  return {
    mood: 'good',
    text: sentence`The oldest backup that is kept was read from end to end in ${counted(stores.length, 'store')}, and is whole.`,
  }
}

function namesOf(stores: readonly StoreLine[]): Text {
  return stores.flatMap(({ name }, index) => [...(index === 0 ? [] : [' and ']), code(name)])
}

/** What failed though the backup is in the store: which copies are not as they should be. Undefined where all are. */
export function lackingCopies({ stores = [] }: Report): Text | undefined {
  const lacking = stores.filter(({ role, trouble }) => role === 'copy' && trouble !== undefined)
  return lacking.length === 0
    ? undefined
    : sentence`not everything was done in ${lacking.length === 1 ? 'the copy' : 'the copies'} ${namesOf(lacking)}`
}

/** One line a store for the end of a log. */
export function storeLines({ operation, stores = [] }: Report): string[] {
  return stores.flatMap((store) => {
    const { name, role, copied, checked, trouble } = store
    if (operation === 'validate') {
      return checked === undefined
        ? [`❓ ${name}: ${asSentence(trouble ?? 'not checked')}`]
        : [`${CHECKED[checked.proof.outcome]}: ${checked.type}/${checked.id} in ${name} (${checked.proof.tier}).`]
    }
    if (role === 'primary') {
      return []
    }
    const { bytes, seconds } = amountOf(copied)
    const news =
      copied.length === 0
        ? ''
        : `${counted(copied.length, 'set')} copied (${formatBytes(bytes)} in ${formatDuration(seconds)}), `
    return [`Copy ${name}: ${trouble === undefined ? `${news}holds ${holdsOf(store)}` : `${news}❌ ${trouble}`}.`]
  })
}
