import { jest } from '@jest/globals'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { ifThere } from '../../../src/platform/file-errors.js'
import { FolderPlace } from '../../support/folder-place.js'
import { placeContract } from '../../support/place-contract.js'
import { temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

placeContract(
  'a folder as a place elsewhere',
  async () => {
    const root = path.join(await temporaryFolder(), 'elsewhere')
    return {
      place: new FolderPlace(root),
      again: () => new FolderPlace(root),
      plant: async (file, content) => {
        await mkdir(path.dirname(path.join(root, file)), { recursive: true })
        await writeFile(path.join(root, file), content)
      },
      peek: (file) => ifThere(readFile(path.join(root, file))),
      dispose: () => rm(root, { recursive: true, force: true }),
    }
  },
  { many: 2_500 },
)
