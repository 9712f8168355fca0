import { afterAll, describe, expect, test } from '@jest/globals'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { jobOf } from '../../../src/platform/github.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

afterAll(removeTemporaryFolders)

const environment = {
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'owner/name',
  GITHUB_RUN_ID: '77',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_WORKSPACE: '/w',
  RUNNER_TEMP: '/t',
  GITHUB_EVENT_NAME: 'schedule',
}

async function visibilityFor(event: string): Promise<unknown> {
  const file = path.join(await temporaryFolder(), 'event.json')
  await writeFile(file, event)
  return jobOf({ ...environment, GITHUB_EVENT_PATH: file })?.visibility
}

describe('jobOf', () => {
  test('is null where there is no job', () => {
    expect(jobOf({})).toBeNull()
  })

  test('tells what the runner says', () => {
    expect(jobOf(environment)).toEqual({
      repository: 'owner/name',
      runId: '77',
      runAttempt: 2,
      workspace: '/w',
      runnerTemp: '/t',
      eventName: 'schedule',
      serverUrl: 'https://github.com',
      visibility: 'unknown',
    })
  })

  test.each([
    ['{"schedule":"0 2 * * *","repository":{"visibility":"internal","private":true}}', 'internal'],
    ['{"repository":{"visibility":"public","private":false}}', 'public'],
    ['{"repository":{"private":true}}', 'private'],
    ['{"repository":{"private":false}}', 'public'],
    ['{"repository":{"visibility":"who knows"}}', 'unknown'],
    ['{"schedule":"0 2 * * *"}', 'unknown'],
    ['null', 'unknown'],
    ['not JSON', 'unknown'],
  ])('%s is %s', async (event, visibility) => {
    expect(await visibilityFor(event)).toBe(visibility)
  })

  test('a payload that is not there tells nothing', () => {
    expect(jobOf({ ...environment, GITHUB_EVENT_PATH: '/nowhere/event.json' })?.visibility).toBe('unknown')
  })
})
