import { ageText } from '../records/freshness.js'
import { counted } from '../units.js'
import { code, sentence, type Text } from './content.js'
import type { PeriodReport, TypeFigures } from './period.js'
import type { Verdict } from './verdict.js'

/** How the backups of a period did, for somebody who reads one sentence. Nothing is called good that was not proven. */
export function periodVerdict(report: PeriodReport): Verdict {
  const { backups, holds } = report
  const safe = newestProven(report.types)
  if (holds.length === 0) {
    return {
      mood: 'bad',
      text: sentence`The store holds no backup: if the database were lost now, nothing could be restored from here.`,
    }
  }
  if (safe === undefined) {
    return { mood: 'bad', text: sentence`No backup in the store is proven to restore: do not rely on them.` }
  }
  const loss = wouldBeLost(safe)
  if (backups.total === 0) {
    return { mood: 'doubtful', text: sentence`No backup was taken in ${spanOf(report)}. ${loss}` }
  }
  if (backups.failed > 0) {
    const failed = `${counted(backups.failed, 'backup')} of ${backups.total} failed in ${spanOf(report)}.`
    return { mood: isRecent(safe, report) ? 'doubtful' : 'bad', text: sentence`${failed} ${loss}` }
  }
  if (backups.proven < backups.sets) {
    const open = `${backups.sets - backups.proven} of ${counted(backups.sets, 'backup')} of ${spanOf(report)} ${backups.sets - backups.proven === 1 ? 'is' : 'are'} not proven to restore.`
    return { mood: 'doubtful', text: sentence`${open} ${loss}` }
  }
  const bare = report.types.find(({ newest, newestProven }) => newest !== null && newestProven === null)
  if (bare !== undefined) {
    return { mood: 'doubtful', text: sentence`No ${code(bare.type)} backup in the store is proven to restore. ${loss}` }
  }
  const all = backups.total === 1 ? 'The backup' : `All ${counted(backups.total, 'backup')}`
  const verb = backups.total === 1 ? 'is' : 'are'
  return { mood: 'good', text: sentence`${all} of ${spanOf(report)} ${verb} proven to restore. ${loss}` }
}

/** `the last day` */
export function spanOf({ period }: Pick<PeriodReport, 'period'>): string {
  return period === 'daily' ? 'the last day' : 'the last seven days'
}

/** The type that would be restored from if the server were gone now. */
function newestProven(types: readonly TypeFigures[]): ProvenType | undefined {
  return types.filter(isProven).sort((a, b) => a.rpo - b.rpo)[0]
}

type ProvenType = TypeFigures & { rpo: number }

function isProven(type: TypeFigures): type is ProvenType {
  return type.rpo !== null
}

function wouldBeLost({ type, rpo }: ProvenType): Text {
  return sentence`If the server were lost now, the newest proven backup (${code(type)}) is ${ageText(rpo * 1000)} old.`
}

/** Taken in the period that is told of. */
function isRecent({ rpo }: ProvenType, { from, to }: PeriodReport): boolean {
  return rpo * 1000 <= to.getTime() - from.getTime()
}
