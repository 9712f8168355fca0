import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { SetId } from '../backup/manifest.js'
import type { Context } from '../context.js'
import { UsageError } from '../errors.js'
import type { Options } from '../options.js'
import { ifThere } from '../platform/file-errors.js'
import type { Store } from '../stores/store.js'

/** What a validation is about: a set of the store, whole or broken, or a dump that another tool made. */
export type Picked = { kind: 'set'; id: string; type: string } | { kind: 'dump'; file: string }

/**
 * Finds what the option `backup` names: `latest`, the id of a set, or a path. The newest set is the newest, also when it
 * is broken: to pass over it would hide just what a validation is for.
 *
 * Throws `UsageError` when there is no such thing.
 */
export async function pickBackup(
  store: Store,
  { backup = 'latest', type }: Options,
  { workingDirectory }: Context,
): Promise<Picked> {
  if (backup !== 'latest' && !SetId.safeParse(backup).success) {
    return pickFile(path.resolve(workingDirectory, backup), backup)
  }
  const { sets, broken } = await store.list()
  const places = [...sets, ...broken]
    .map((set) => ({ id: set.id, type: set.type }))
    .filter((set) => type === undefined || set.type === type)
    .filter(({ id }) => backup === 'latest' || id === backup)
    .sort((a, b) => (a.id < b.id ? 1 : -1))
  const [newest, next] = places
  if (newest === undefined) {
    throw noSuchSet(store, backup, type)
  }
  if (backup !== 'latest' && next !== undefined) {
    throw new UsageError({
      doing: `looking for the backup ${backup} in ${store.name}`,
      problem: `there is one of each of the types ${places.map((place) => place.type).join(', ')}`,
      advice: 'Say which with the option type.',
    })
  }
  return { kind: 'set', ...newest }
}

async function pickFile(file: string, given: string): Promise<Picked> {
  if ((await ifThere(lstat(file))) !== undefined) {
    return { kind: 'dump', file }
  }
  throw new UsageError({
    doing: `looking for the backup "${given}"`,
    problem:
      'it is neither "latest", nor the id of a set (20261124T020000Z), nor the path of a file or folder that is there',
    advice: 'List the store to see the ids, or check the path.',
  })
}

function noSuchSet(store: Store, backup: string, type: string | undefined): UsageError {
  const ofType = type === undefined ? '' : ` of type ${type}`
  return new UsageError({
    doing: `looking for the backup "${backup}" in ${store.name}`,
    problem: backup === 'latest' ? `the store holds no set${ofType}` : `the store holds no set${ofType} with this id`,
    advice: 'Check the option store, and that a backup was taken.',
  })
}
