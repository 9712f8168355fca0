import { finding, type Finding } from '../../findings.js'
import type { CatalogObject } from '../../postgres/catalog/model.js'
import { searchPathOf } from '../../postgres/catalog/search-path.js'
import { QueryError } from '../../postgres/query-error.js'
import type { Queryable } from '../../postgres/queryable.js'
import { firstOutcome, withRoom, type Outcome } from './run-trials.js'
import { differingTexts, trialsOf, withText } from './texts.js'
import type { Differing } from './trial.js'

/**
 * How many texts are tried in one transaction. A server keeps every description of a table that a transaction has made
 * until it ends: of a table with a thousand checks, a thousand times.
 */
const IN_ONE_TRANSACTION = 40

/** The source's objects in the words of the copy's server. */
export interface Restated {
  objects: CatalogObject[]
  /** What could not be compared, because the copy's server, of another major, makes nothing of the source's text. */
  findings: Finding[]
}

/**
 * Gives every text of the source that the copy has in other words to the copy's server once more, and takes what it makes
 * of it in its place: PostgreSQL prints expressions in other words after a restore, and again in others on another major,
 * so that only what the same server makes of both texts can be compared.
 *
 * All of it happens in transactions that are rolled back. A text that the server refuses stays as it is where both
 * servers are of one major, and so counts as different; of another major, a finding says that it was not compared.
 *
 * @param session on the copy, with pinned settings, in no transaction
 * @param searchPath what sessions of the source look names up in, where its database is not among its objects
 */
export async function restate(
  session: Queryable,
  source: readonly CatalogObject[],
  copy: readonly CatalogObject[],
  sameMajor: boolean,
  searchPath: string = searchPathOf(source),
): Promise<Restated> {
  const copies = new Map(copy.map((object) => [labelOf(object), object]))
  const differing = source.flatMap((object) => {
    const other = copies.get(labelOf(object))
    return other === undefined ? [] : differingTexts(object, other)
  })
  const outcomes: Outcome[] = []
  for (let next = 0; next < differing.length; next += IN_ONE_TRANSACTION) {
    outcomes.push(...(await outcomesOf(session, differing.slice(next, next + IN_ONE_TRANSACTION), copies, searchPath)))
  }
  const objects = new Map(source.map((object) => [labelOf(object), object]))
  const findings: Finding[] = []
  for (const [index, one] of differing.entries()) {
    const outcome = outcomes[index]
    const label = labelOf(one.source)
    if (outcome === undefined) continue
    if ('text' in outcome) {
      objects.set(label, withText(one, objects.get(label) ?? one.source, outcome.text))
    } else if (!sameMajor) {
      objects.set(label, withText(one, objects.get(label) ?? one.source, one.copyText))
      findings.push(
        finding('DEFINITION_NOT_COMPARED', label, `its ${words(one.what)} was not compared: ${outcome.why}`),
      )
    }
  }
  return { objects: [...objects.values()], findings }
}

async function outcomesOf(
  session: Queryable,
  differing: readonly Differing[],
  copies: ReadonlyMap<string, CatalogObject>,
  searchPath: string,
): Promise<Outcome[]> {
  const find = (label: string): CatalogObject | undefined => copies.get(label)
  try {
    return await withRoom(session, async (room) => {
      const outcomes: Outcome[] = []
      for (const one of differing) {
        const { copyText } = one
        const owner = ownerOf(one.copy, copies)
        outcomes.push(await firstOutcome(session, trialsOf(one, { room, find }), { room, owner, copyText, searchPath }))
      }
      return outcomes
    })
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    return differing.map(() => ({ why: error.problem }))
  }
}

/** Its own, or that of the table, view or type that it is a part of; a schema's owner owns nothing in it. */
function ownerOf(object: CatalogObject, copies: ReadonlyMap<string, CatalogObject>): string | undefined {
  if (object.owner !== undefined) return object.owner
  const whole = object.of === undefined ? undefined : copies.get(object.of)
  return whole?.kind === 'schema' ? undefined : whole?.owner
}

function labelOf({ kind, name }: CatalogObject): string {
  return `${kind} ${name}`
}

/** `withCheck` as `with check` */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
