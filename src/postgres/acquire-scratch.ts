import type { Context } from '../context.js'
import { CouldNotVerifyError } from '../errors.js'
import type { Installation } from './program-places.js'
import { findServerPrograms } from './programs.js'
import { startCluster } from './scratch-cluster.js'
import { openService } from './scratch-service.js'
import type { Scratch, ScratchRequest } from './scratch.js'

/**
 * Gets a scratch: `service` uses the server of the URL, `cluster` starts a throw-away one from the programs on this machine,
 * `auto` takes the first of these that is there. Abort-safe: when it fails or is interrupted, nothing is left.
 *
 * Throws `CouldNotVerifyError` when there is none, `GuardError` when the URL leads to the source's own server.
 */
export async function acquireScratch(request: ScratchRequest, context: Context): Promise<Scratch> {
  const { kind, url = '' } = request
  if (kind === 'service' || (kind === 'auto' && url !== '')) {
    return openService({ ...request, url: urlOf(url) }, context)
  }
  const { major } = request.source
  const search = {
    preferredFolders: request.preferredFolders,
    environment: context.environment,
    processes: context.processes,
  }
  const installation = await findServerPrograms({ ...search, major })
  if (installation === null) {
    throw noScratch(major, kind)
  }
  sayWhichMajor(installation, major, context)
  return startCluster(installation, request, context)
}

function urlOf(url: string): string {
  if (url !== '') {
    return url
  }
  throw new CouldNotVerifyError({
    doing: 'looking for a scratch server',
    problem: 'scratch is "service" and scratch-url is not given',
    advice: 'Give the URL of a disposable server in scratch-url, or use scratch: cluster or auto.',
  })
}

function noScratch(major: number, kind: 'auto' | 'cluster'): CouldNotVerifyError {
  const andNoUrl = kind === 'auto' ? ', and no scratch-url is given' : ''
  return new CouldNotVerifyError({
    doing: 'looking for a PostgreSQL to restore into',
    problem: `there are no server programs (initdb, postgres) of PostgreSQL ${major} or newer on this machine${andNoUrl}`,
    advice:
      `Give a service container of the image postgres:${major} in scratch-url, or install the package postgresql-${major}, ` +
      'or name the folder of the programs in postgres-bin.',
  })
}

function sayWhichMajor({ version, major }: Installation, wanted: number, { logger }: Context): void {
  if (major !== wanted) {
    logger.warning(
      `The throw-away cluster is PostgreSQL ${version}, because there is none of the source's major ${wanted} here.`,
    )
  }
}
