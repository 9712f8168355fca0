import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'

import { compiledSource, removeCompiledSources, runCompiled, type CompiledSource } from '../../support/compiled.js'
import { REST_TOKEN } from '../../support/github-rest.js'
import { GitHubServices } from '../../support/github-services.js'
import { sampleManifest } from '../../support/sample-set.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(300_000)

const MIB = 1024 * 1024
const SET = { id: '20261124T020000Z', type: 'daily' }

let compiled: CompiledSource

beforeAll(async () => {
  compiled = await compiledSource()
})
afterAll(async () => {
  await removeCompiledSources()
  await removeTemporaryFolders()
})

async function largeFile(file: string, mebibytes: number): Promise<void> {
  const handle = await open(file, 'wx')
  const piece = randomBytes(MIB)
  for (let number = 0; number < mebibytes; number++) {
    piece.writeUInt32BE(number)
    await handle.write(piece)
  }
  await handle.close()
}

/** What a process uses at most that commits a set of so many MiB and fetches it again, in MiB. */
async function peakOf(mebibytes: number): Promise<number> {
  const services = await GitHubServices.start()
  const folder = await temporaryFolder()
  await largeFile(path.join(folder, 'large.dat'), mebibytes)
  const manifest = sampleManifest(SET)
  const zstd = { ...manifest, options: { ...manifest.options, compression: 'zstd:1' } }
  const script = `
    import { rename } from 'node:fs/promises'
    import path from 'node:path'
    import { describeFiles, writeChecksums, writeManifest } from './backup/set.js'
    import { systemClock } from './platform/clock.js'
    import { createWorkspace } from './platform/workspace.js'
    import { openArtifactStore } from './stores/artifact.js'
    import { verifyFiles } from './verify/files.js'
    const silent = () => undefined
    const logger = { debug: silent, info: silent, warning: console.error, error: console.error, hide: silent }
    const environment = process.env
    const workspace = await createWorkspace({ environment })
    const tools = { logger, environment, workspace, clock: systemClock, signal: new AbortController().signal, settings: {} }
    const open = () => openArtifactStore('artifact:', tools)
    const incoming = await open().begin('${SET.id}', '${SET.type}')
    await rename(${JSON.stringify(path.join(folder, 'large.dat'))}, path.join(incoming.folder, 'large.dat'))
    const files = await describeFiles(incoming.folder)
    await writeManifest(incoming.folder, { ...${JSON.stringify(zstd)}, files })
    await writeChecksums(incoming.folder, files)
    await incoming.commit()
    const found = await verifyFiles(await open().open(${JSON.stringify(SET)}), ${JSON.stringify(SET)})
    await workspace.clean()
    console.log('result', found.length, Math.round(process.resourceUsage().maxRSS / 1024))
    process.exit(0)
  `
  const child = await runCompiled(compiled, script, {
    PATH: process.env.PATH,
    ...services.environment(),
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'owner/name',
    GITHUB_RUN_ID: '77',
    GITHUB_TOKEN: REST_TOKEN,
    GITHUB_WORKSPACE: folder,
    GITHUB_EVENT_PATH: '',
    RUNNER_TEMP: folder,
    NODE_NO_WARNINGS: '1',
  })
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  await services.stop()
  expect([child.exitCode, complained]).toEqual([0, ''])
  const [, findings, peak] = /^result (\d+) (\d+)$/m.exec(said) ?? []
  expect(findings).toBe('0')
  return Number(peak)
}

test('memory does not grow with what is uploaded and fetched', async () => {
  const small = await peakOf(1)
  const large = await peakOf(300)
  expect(small).toBeGreaterThan(30)
  // The library holds five blocks of 8 MiB in flight, each several times.
  expect(large - small).toBeLessThan(200)
})
