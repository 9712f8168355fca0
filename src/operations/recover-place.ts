import { idOf, type Proof } from '../backup/manifest.js'
import type { Context } from '../context.js'
import { finding, type Finding } from '../findings.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import type { DatabaseLocale } from '../postgres/scratch-database.js'
import { withSession } from '../postgres/session.js'
import { describeConnection } from '../postgres/connection.js'
import type { RestoredFacts } from '../report/report.js'
import { commentStatement, databaseIn, propertiesOf } from '../backup/database-script.js'
import type { CatalogObject } from '../postgres/catalog/model.js'
import { readDatabase } from '../postgres/catalog/read-catalog.js'
import { pinSettings } from '../postgres/pinned.js'
import { applyProperties, ofKnownRoles } from '../restore/database-properties.js'
import { asLost } from '../verify/database.js'
import { compareDatabases } from '../verify/difference.js'
import { mappedObjects } from '../restore/role-map.js'
import { createSide, dropSide, noteStatement } from '../restore/side-database.js'
import { renameAtOnce, undoCommand } from '../restore/swap.js'
import { beforeName, sideName, unprovenName, withSuffix } from '../restore/target-names.js'
import { isEmpty } from '../restore/target-facts.js'
import type { Target } from '../restore/target.js'
import { bringBack } from './recover-tables.js'
import type { PreparedRecovery, Recovered } from './recovery.js'

/** Where a set is restored, and how that takes the place of the target. */
export interface Place {
  /** The database that is filled. */
  database: string
  /** What is to be known of it. */
  findings: Finding[]
  /** Of the step that puts it in place. */
  title: string
  /** Makes of what was restored what was asked for; only called when it is equal to the set. */
  putInPlace(): Promise<
    Pick<Recovered, 'restored' | 'findings'> & Partial<Pick<Recovered, 'proof' | 'tables' | 'manifest'>>
  >
  /** Called instead when it is not equal, or nobody knows. */
  giveUp(proof: Proof): Promise<void>
  /** Removes what is left of it after a failure. Never throws. */
  discard(): Promise<void>
}

/** The place for a recovery: beside the target wherever that is possible, so that the target is whole at every instant. */
export async function placeFor(prepared: PreparedRecovery, context: Context): Promise<Place> {
  const { plan, target, subject } = prepared
  const there = target.facts.database
  if (there !== null && plan.mode === 'new' && !target.facts.us.createDatabase) {
    return inPlace(prepared, context)
  }
  const locale = there !== null && plan.mode === 'new' ? there.locale : subject.manifest.source
  const side = await Side.create(prepared, locale, context)
  if (plan.mode === 'add') {
    return side.place('Bringing the tables back', () => bringBack(prepared, side.name, context))
  }
  if (there === null) {
    return side.place('Naming the database', () => side.takeName())
  }
  return plan.mode === 'new'
    ? side.place('Swapping in the database', () => side.takePlaceOfEmpty())
    : side.place('Swapping the databases', () => side.takePlaceOfLive())
}

/** A database beside the target. */
class Side {
  private isThere = true

  private constructor(
    readonly name: string,
    private readonly findings: Finding[],
    private readonly prepared: PreparedRecovery,
    private readonly context: Context,
  ) {}

  static async create(prepared: PreparedRecovery, locale: DatabaseLocale, context: Context): Promise<Side> {
    const { target, subject } = prepared
    const { name, localeFallback } = await createSide(target, { locale, owner: ownerIn(prepared) }, context)
    const different = localeFallback === null ? [] : [finding('LOCALE_DIFFERS', target.database, localeFallback)]
    const collation = await collationFindings(target, name, subject.manifest.source)
    return new Side(name, [...different, ...collation], prepared, context)
  }

  place(title: string, putInPlace: Place['putInPlace']): Place {
    return {
      database: this.name,
      findings: this.findings,
      title,
      putInPlace: async () => {
        const put = await putInPlace()
        if (this.prepared.plan.mode === 'add') await this.discard()
        this.isThere = false
        return put
      },
      giveUp: () => this.giveUp(),
      discard: () => this.discard(),
    }
  }

  /** For a target that is not there: it gets what belonged to the source's database as a whole. */
  async takeName(): ReturnType<Place['putInPlace']> {
    const { target, subject, roles } = this.prepared
    const { database } = target
    const source = databaseIn(mappedObjects(subject.objects, roles.mapped))
    const lost = source === undefined ? [] : await this.adopt(source)
    const comment = commentStatement(database, source === undefined ? null : propertiesOf(source).comment)
    await renameAtOnce(target, [{ from: this.name, to: database }], [comment], this.context)
    return { restored: restoredFacts(this.prepared), findings: lost }
  }

  /** For a target that is there and empty: nobody misses it. Should somebody have used it meanwhile, it is kept. */
  async takePlaceOfEmpty(): ReturnType<Place['putInPlace']> {
    const { target } = this.prepared
    const { clock } = this.context
    const empty = sideName(target.database)
    const findings = await this.takePlaceOf(empty, [noteStatement(empty, target.database, clock.now())])
    const settings = { ...target.settings, database: empty }
    if (await withSession(settings, {}, isEmpty).catch(() => false)) {
      await dropSide(target, empty, this.context)
      return { restored: restoredFacts(this.prepared), findings }
    }
    const kept = beforeName(target.database, clock.now())
    await renameAtOnce(target, [{ from: empty, to: kept }], [commentStatement(kept, null)], this.context)
    return { restored: this.withWayBack(kept), findings }
  }

  async takePlaceOfLive(): ReturnType<Place['putInPlace']> {
    const { target } = this.prepared
    const previous = beforeName(target.database, this.context.clock.now())
    const findings = await this.takePlaceOf(previous, [])
    return { restored: this.withWayBack(previous), findings }
  }

  /** The new one gets what belonged to the old one as a whole; then both get their new names, in one transaction. */
  private async takePlaceOf(previous: string, statements: readonly string[]): Promise<Finding[]> {
    const { target } = this.prepared
    const { database, maintenance } = target
    const live = await withSession(maintenance, {}, async (session) => {
      await pinSettings(session)
      return readDatabase(session, database)
    })
    const lost = live === undefined ? [] : await this.adopt(live)
    await renameAtOnce(
      target,
      [
        { from: database, to: previous },
        { from: this.name, to: database },
      ],
      [commentStatement(database, live === undefined ? null : propertiesOf(live).comment), ...statements],
      this.context,
    )
    return lost
  }

  /**
   * Gives the new one these properties and looks whether it has them; the comment still is our note. A session of its own:
   * the one that we began with may have been idle for hours, and some network dropped it.
   */
  private async adopt(wanted: CatalogObject): Promise<Finding[]> {
    const { target, roles, subject } = this.prepared
    const { maintenance, database, facts } = target
    const isThere = (role: string) => facts.roles.has(role) || roles.missing.includes(role)
    return withSession(maintenance, {}, async (session) => {
      await pinSettings(session)
      const refused = await applyProperties(session, this.name, ofKnownRoles(propertiesOf(wanted), isThere))
      const lost = refused.map(({ what, why }) =>
        finding('DATABASE_PROPERTY_LOST', database, `${what} could not be set: ${why}`),
      )
      const found = await readDatabase(session, this.name)
      const differing = compareDatabases(wanted, found ?? { ...wanted, facts: {} }, {
        sameMajor: facts.major === subject.manifest.source.major,
        unless: ['comment', ...refused.map(({ aspect }) => aspect)],
      })
      return [...lost, ...differing.map((one) => ({ ...asLost(one), on: database }))]
    })
  }

  private withWayBack(previous: string): RestoredFacts {
    const { target } = this.prepared
    const { database, maintenance } = target
    const aside = withSuffix(database, `_undone_${idOf(this.context.clock.now())}`)
    const undo = undoCommand(maintenance, { database, previous, aside })
    this.context.logger.info(`The database that was there before is kept as ${previous}. To put it back: ${undo}`)
    return { ...restoredFacts(this.prepared), previous, undoCommand: undo }
  }

  /** Where nothing else is there, a person may want to look at what could be restored. */
  private async giveUp(): Promise<void> {
    const { target, plan } = this.prepared
    const { logger, clock } = this.context
    if (plan.mode !== 'new' || target.facts.database !== null) {
      await this.discard()
      return
    }
    const kept = unprovenName(target.database, clock.now())
    const name = quoteIdentifier(kept)
    await renameAtOnce(target, [{ from: this.name, to: kept }], [commentStatement(kept, null)], this.context)
    this.isThere = false
    logger.warning(
      `What could be restored is kept as the database ${kept}. Drop it when nobody needs it: DROP DATABASE ${name}.`,
    )
  }

  private async discard(): Promise<void> {
    if (this.isThere) {
      this.isThere = false
      await dropSide(this.prepared.target, this.name, this.context)
    }
  }
}

/** The source's owner, where it is on the target by now. */
function ownerIn({ subject: { manifest }, roles, target: { facts } }: PreparedRecovery): string | null {
  const { owner } = manifest.source
  const isThere =
    facts.roles.has(owner) || roles.missing.includes(owner) || roles.mapped.some(({ from }) => from === owner)
  return isThere ? owner : null
}

/** An empty database that we may fill and not replace. A failure leaves parts in it, and says so. */
function inPlace(prepared: PreparedRecovery, { logger }: Context): Place {
  const { database } = prepared.target
  const leave = (): Promise<void> => {
    logger.warning(
      `The database ${database} may hold parts of the restore, because the role may not create databases to work beside it. Drop and create it before the next try.`,
    )
    return Promise.resolve()
  }
  return {
    database,
    findings: [],
    title: 'Finishing',
    putInPlace: () => Promise.resolve({ restored: restoredFacts(prepared), findings: [] }),
    giveUp: leave,
    discard: leave,
  }
}

function restoredFacts({ plan, target }: PreparedRecovery): RestoredFacts {
  return {
    database: target.database,
    server: describeConnection(target.maintenance),
    mode: plan.mode,
    parts: plan.parts,
    someTables: plan.tables.length > 0,
  }
}

/** The same locale may sort otherwise in another version of the library that knows it. */
async function collationFindings(
  { session, database }: Target,
  side: string,
  source: { collationVersion: string | null; localeProvider: string },
): Promise<Finding[]> {
  if (session.major < 15 || source.collationVersion === null) {
    return []
  }
  const [row] = await session.query<{ version: string | null }>(
    'SELECT datcollversion AS version FROM pg_catalog.pg_database WHERE datname = $1',
    [side],
  )
  const version = row?.version ?? null
  return version === null || version === source.collationVersion
    ? []
    : [finding('COLLATION_DIFFERS', database, `version ${version} here, ${source.collationVersion} at the source`)]
}
