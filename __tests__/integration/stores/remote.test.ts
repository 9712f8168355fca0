import { jest } from '@jest/globals'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { systemClock } from '../../../src/platform/clock.js'
import { createWorkspace } from '../../../src/platform/workspace.js'
import { RemoteStore } from '../../../src/stores/remote.js'
import { FolderPlace } from '../../support/folder-place.js'
import { memoryLogger } from '../../support/ports.js'
import { storeContract } from '../../support/store-contract.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

storeContract('a place elsewhere', async () => {
  const root = path.join(await temporaryFolder(), 'elsewhere')
  const workspace = await createWorkspace({ environment: process.env })
  const open = (): RemoteStore =>
    new RemoteStore(new FolderPlace(root), { clock: systemClock, logger: memoryLogger(), workspace })
  return {
    store: open(),
    again: open,
    withoutManifest: 'invisible',
    plant: async (file, content) => {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true })
      await writeFile(path.join(root, file), content)
    },
    erase: (file) => rm(path.join(root, file)),
    dispose: async () => {
      await workspace.clean()
      await removeTemporaryFolders()
    },
  }
})
