import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

const SCRIPT = path.resolve(import.meta.dirname, '../../scripts/fetch-sets')

/** Answers as gh does for what the script asks: a list of artifacts, and downloads, which it notes. */
const GH = `#!/bin/sh
case $1 in
  api) cat "$ARTIFACTS" ;;
  run) shift 2; echo "$@" >>"$ARTIFACTS.log"; while [ $# -gt 1 ]; do case $1 in --dir) echo set >"$2/manifest.json" ;; esac; shift; done ;;
esac
`

let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
  await writeFile(path.join(folder, 'gh'), GH, { mode: 0o755 })
})
afterAll(removeTemporaryFolders)

async function fetchSets(artifacts: string, newest: string): Promise<string> {
  const store = path.join(await temporaryFolder(), 'backups')
  const list = path.join(folder, 'list')
  await writeFile(list, artifacts)
  await writeFile(`${list}.log`, '')
  const env = { PATH: `${folder}:${process.env.PATH ?? ''}`, GITHUB_REPOSITORY: 'o/r', ARTIFACTS: list }
  await promisify(execFile)(SCRIPT, [store, newest], { env })
  return store
}

test('lays the newest sets of each type out as a store, and takes nothing else for a set', async () => {
  const store = await fetchSets(
    [
      'my-app-daily-20261121T020000Z\t1',
      'my-app-daily-20261123T020000Z\t3',
      'my-app-daily-20261122T020000Z\t2',
      'my-app-daily-20261123T020000Z\t3',
      'my-app-weekly-20261122T030000Z\t4',
      'my-app-daily-20261124T020000Z-proof-failed\t5',
      'my-app-daily-20261124T020000Z-report\t5',
      'something else\t6',
      '',
    ].join('\n'),
    '2',
  )
  expect((await readdir(path.join(store, 'daily'))).sort()).toEqual(['20261122T020000Z', '20261123T020000Z'])
  expect(await readdir(path.join(store, 'weekly'))).toEqual(['20261122T030000Z'])
  expect(await readFile(path.join(folder, 'list.log'), 'utf8')).toContain(
    `3 --repo o/r --name my-app-daily-20261123T020000Z --dir ${store}/daily/20261123T020000Z`,
  )
})

test('fails and says what to do where there is none', async () => {
  await expect(fetchSets('a-report\t1\n', '3')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Run the workflow Backup first'),
  })
})
