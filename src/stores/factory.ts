import path from 'node:path'
import { openArtifactStore } from './artifact.js'
import { CleanablePlace, type OpenPlace } from './clean-up.js'
import { DirectoryStore } from './directory.js'
import { kindOfLocation } from './location.js'
import { openRclonePlace } from './rclone.js'
import { RemoteStore } from './remote.js'
import { openRsyncPlace } from './rsync.js'
import type { StoreTools } from './settings.js'
import type { Store } from './store.js'

/**
 * The store that a location names. Nothing is connected to yet; what only some stores need is loaded here.
 *
 * @param location as the user gave it; a relative path starts at the working directory
 * Throws `UsageError` when it is none that is known.
 */
export async function openStore(location: string, tools: StoreTools): Promise<Store> {
  const found = kindOfLocation(location)
  switch (found.kind) {
    case 'folder':
      return new DirectoryStore(path.resolve(tools.workingDirectory, found.path), tools, location)
    case 'rsync':
      return remote((signal) => openRsyncPlace(location, { ...tools, signal }), tools)
    case 's3': {
      // The SDK is most of the program, and few need it.
      const { openS3Place } = await import('./s3.js')
      return remote((signal) => openS3Place(location, { ...tools, signal }), tools)
    }
    case 'artifact':
      return openArtifactStore(found.location, tools)
    case 'rclone':
      return remote((signal) => openRclonePlace(location, { ...tools, signal }), tools)
  }
}

function remote(open: OpenPlace, tools: StoreTools): Store {
  return new RemoteStore(new CleanablePlace(open, tools.signal), tools)
}
