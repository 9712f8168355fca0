import type { Manifest } from '../backup/manifest.js'
import type { Context } from '../context.js'
import { finding, type Finding } from '../findings.js'
import type { Scratch } from '../postgres/scratch.js'
import { withSession } from '../postgres/session.js'

/** Which extensions of the source the scratch server does not have, or has in another version. */
export async function missingExtensions(
  scratch: Scratch,
  { source }: Pick<Manifest, 'source'>,
  { signal }: Context,
): Promise<Finding[]> {
  const rows = await withSession(scratch.maintenance, { signal }, (session) =>
    session.query<{ name: string; version: string }>(
      'SELECT name, default_version AS version FROM pg_catalog.pg_available_extensions',
    ),
  )
  const available = new Map(rows.map(({ name, version }) => [name, version]))
  return source.extensions.flatMap(({ name, version }) => {
    const offered = available.get(name)
    if (offered === undefined) {
      return [finding('EXTENSION_MISSING', name, `the source has version ${version}, scratch does not have it`)]
    }
    return offered === version
      ? []
      : [finding('EXTENSION_VERSION_DIFFERS', name, `the source has version ${version}, scratch has ${offered}`)]
  })
}
