import type pg from 'pg'

import type { CatalogObject } from '../../../src/postgres/catalog/model.js'
import { readObjects } from '../../../src/postgres/catalog/read-catalog.js'
import { compareObjects } from '../../../src/verify/difference.js'
import { queryable } from '../described.js'
import type { Change } from './change.js'

/** How many changes are made at once, as long as they are about different objects. */
const AT_ONCE = 16

/** A copy that is changed and always rolled back, and the source that it is held against. */
export interface Changeable {
  client: pg.Client
  major: number
  source: readonly CatalogObject[]
}

/**
 * What is found after each change by itself, as `CODE object`. Changes to different objects are made together: where all
 * that is found is all that is expected, each was found. Where it is not, each of them is tried alone.
 */
export async function tryChanges(copy: Changeable, changes: readonly Change[]): Promise<Map<Change, string[]>> {
  const results = new Map<Change, string[]>()
  for (const batch of batches(changes)) {
    const found = await foundAfter(copy, batch).catch(() => undefined)
    const expected = batch.flatMap((change) => change.found)
    if (found !== undefined && equal(found, expected)) {
      for (const change of batch) results.set(change, [...change.found])
      continue
    }
    for (const change of batch) {
      results.set(change, await foundAfter(copy, [change]).catch((error: unknown) => [String(error)]))
    }
  }
  return results
}

async function foundAfter({ client, major, source }: Changeable, changes: readonly Change[]): Promise<string[]> {
  await client.query('BEGIN')
  try {
    for (const { statements } of changes) await client.query(statements)
    await client.query("SET LOCAL search_path = ''")
    const objects = await readObjects(queryable(client), major, rolesOf(source))
    const findings = compareObjects(source, objects, { sameMajor: true, ownCluster: true })
    return findings.map(({ code, on }) => `${code} ${on}`)
  } finally {
    await client.query('ROLLBACK')
  }
}

function rolesOf(source: readonly CatalogObject[]): string[] {
  return source.filter(({ kind }) => kind === 'role').map(({ name }) => name)
}

function batches(changes: readonly Change[]): Change[][] {
  const made: { changes: Change[]; objects: Set<string> }[] = []
  for (const change of changes) {
    const objects = change.found.map(objectOf)
    const fits = made.find((batch) => batch.changes.length < AT_ONCE && !objects.some((one) => batch.objects.has(one)))
    if (fits === undefined) {
      made.push({ changes: [change], objects: new Set(objects) })
    } else {
      fits.changes.push(change)
      for (const object of objects) fits.objects.add(object)
    }
  }
  return made.map((batch) => batch.changes)
}

function objectOf(found: string): string {
  return found.slice(found.indexOf(' ') + 1)
}

function equal(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify([...one].sort()) === JSON.stringify([...other].sort())
}
