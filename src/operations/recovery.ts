import type { ManifestDraft } from '../backup/draft.js'
import type { Proof, Tier } from '../backup/manifest.js'
import type { Finding } from '../findings.js'
import type { RestoredFacts } from '../report/report.js'
import type { RestoreRequest } from '../restore/guard.js'
import type { RoleNeeds } from '../restore/roles.js'
import type { Selection } from '../restore/selection.js'
import type { Target } from '../restore/target.js'
import type { Subject } from '../verify/copy.js'
import type { CountedTable } from '../verify/prove.js'
import type { Addition } from './recover-tables.js'

/** What a recovery needs besides the set and the target. */
export interface RecoveryPlan extends RestoreRequest {
  /** How far what was restored must be equal to the set; `full` where it is not given. See `recoveryTier`. */
  tier?: Exclude<Tier, 'archive'>
  jobs: number
  /** SQL that must be true in the restored database. */
  assertions: readonly string[]
  preferredFolders: readonly string[]
  /** Does a step under a title and times it. */
  phase: <T>(title: string, work: () => Promise<T>) => Promise<T>
}

/** A recovery that nothing speaks against, or that the findings forbid. */
export interface PreparedRecovery {
  subject: Subject
  plan: RecoveryPlan
  target: Target
  selection: Selection
  roles: RoleNeeds
  /** Of a restore into a living database: what is to be brought back how. */
  addition: Addition | null
  /** Everything that was found, errors among them. */
  findings: Finding[]
}

export interface Recovered {
  /** Whether what was restored is equal to the set. Only then it was put in place. */
  proof: Proof
  /** The tables as they were counted in what was restored. */
  tables: readonly CountedTable[]
  /** The set as far as it was restored. */
  manifest: ManifestDraft
  /** What to know besides the proof's findings. */
  findings: Finding[]
  /** Undefined where nothing was put in place. */
  restored?: RestoredFacts
}
