import { DamagedError, GuardError } from '../errors.js'
import { outcomeOf } from '../drill/outcomes.js'
import type { DrillMeans, PickedSet, RecoveryEnd, RecoveryWish, Room } from '../drill/scenario.js'
import type { Timeline } from '../drill/timeline.js'
import { worstOf, type Finding } from '../findings.js'
import type { Context } from '../context.js'
import { libpqEnvironment } from '../postgres/libpq-environment.js'
import { withTarget } from '../restore/target.js'
import { DirectoryStore } from '../stores/directory.js'
import type { Store } from '../stores/store.js'
import { compareContent, compareRest } from '../verify/compare-copy.js'
import { verifyFiles } from '../verify/files.js'
import { withRoom } from './drill-room.js'
import { NO_KEYS, type OpeningKeys } from './open-set.js'
import { pickRestorable, type Choice } from './pick-restorable.js'
import { prepareRecovery, recover } from './recover.js'
import type { PreparedRecovery } from './recovery.js'
import type { UnderWay } from './reporting.js'
import { jobsOf } from './scratch.js'

/** What the scenarios are made of: the parts of the operation `restore`, with scratch as the target. */
export function drillMeans(
  types: readonly string[],
  { store, options, context }: Pick<UnderWay, 'store' | 'options' | 'context'>,
  keys: OpeningKeys = NO_KEYS,
): DrillMeans {
  const jobs = jobsOf(options)
  const picked: PickedSet[] = []
  return {
    store,
    types,
    backup: options.backup ?? 'latest',
    jobs,
    context,
    pick: async (from, choice) => {
      const set = await pick(from, { ...choice, keys }, context)
      picked.push(set)
      return set
    },
    letGo: async () => {
      await Promise.all(picked.splice(0).map((set) => set.letGo()))
    },
    trusted: keys.trusted.length > 0,
    identityFile: () => context.workspace.secretFile('identity', keys.identities.map(({ key }) => `${key}\n`).join('')),
    validate: (folder, place) => verifyFiles(folder, place, { signal: context.signal }),
    openStore: (folder) => new DirectoryStore(folder, context),
    withRoom: (set, wish, work) => withRoom(set, wish, options, context, work),
    recover: (set, room, database, wish, timeline) =>
      recoverInto({ set, room, database, wish, timeline, jobs, assertions: options.assertions }, context),
    compare: (set, room, database) => compare({ set, room, database, jobs, assertions: options.assertions }, context),
  }
}

/** There are sets of the type, so that none of them can be taken is damage, and no misunderstanding. */
async function pick(store: Store, choice: Choice, context: Context): Promise<PickedSet> {
  try {
    return await pickRestorable(store, choice, context)
  } catch (error) {
    if (error instanceof GuardError) {
      const { doing, problem, advice } = error
      throw new DamagedError({ doing, problem, advice, cause: error })
    }
    throw error
  }
}

interface Comparing {
  set: PickedSet
  room: Room
  database: string
  jobs: number
  assertions: readonly string[]
}

async function recoverInto(
  { set, room, database, wish, timeline, jobs, assertions }: Comparing & { wish: RecoveryWish; timeline: Timeline },
  context: Context,
): Promise<RecoveryEnd> {
  const request = {
    settings: { ...room.maintenance, database },
    archiveMajor: set.manifest.tool.pgDumpMajor,
    preferredFolders: room.programs.source === 'installed' ? [room.programs.origin] : [],
  }
  return withTarget(request, context, async (target) => {
    const plan = {
      mode: wish.mode,
      parts: 'all' as const,
      tables: wish.mode === 'add' ? wish.tables : [],
      excludeTables: [],
      roleMap: {},
      confirm: database,
      jobs,
      assertions: wish.mode === 'add' ? [] : assertions,
      preferredFolders: request.preferredFolders,
      phase: timeline.phase,
    }
    const prepared = await prepareRecovery(set, plan, target, context)
    const refused = refusal(prepared)
    if (refused !== null) {
      return refused
    }
    const { proof, tables, findings } = await recover(prepared, context)
    const rows = tables.reduce((sum, table) => sum + (table.rows ?? 0), 0)
    const outcome = { proven: 'passed', failed: 'failed', 'not-verified': 'could-not-run' } as const
    return { outcome: outcome[proof.outcome], findings: [...findings, ...proof.findings], rows }
  })
}

/** What speaks against the restore is the scratch server's, but for roles that the set itself should bring. */
function refusal({ findings, roles }: PreparedRecovery): RecoveryEnd | null {
  return worstOf(findings) === 'error'
    ? { outcome: roles.unknown.length > 0 ? 'failed' : 'could-not-run', findings, rows: 0 }
    : null
}

async function compare({ set, room, database, jobs, assertions }: Comparing, context: Context): Promise<Finding[]> {
  const { folder, manifest, objects, undumpable } = set
  const settings = { ...room.maintenance, database }
  const copy = {
    subject: { folder, manifest, objects, undumpable },
    server: { major: room.major, ownRoles: room.kind === 'cluster' },
    database: { settings },
    target: { programs: room.programs, environment: await libpqEnvironment(settings, context), database },
    check: { tier: 'full' as const, jobs, assertions, phase: <T>(_title: string, work: () => Promise<T>) => work() },
    context,
  }
  const { findings } = await compareContent(copy)
  return outcomeOf(findings) === 'failed' ? findings : [...findings, ...(await compareRest(copy))]
}
