import { describe, expect, test } from '@jest/globals'
import { artifactName, stallTimeout } from '../../../src/platform/artifact-upload.js'
import { remedyFor } from '../../../src/platform/artifact-upload-errors.js'

describe('remedyFor', () => {
  const named = (name: string, message: string) => Object.assign(new Error(message), { name })

  test.each([
    [new Error('Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: …'), 'rename'],
    [named('UsageError', 'Artifact storage quota has been hit.'), 'none'],
    [named('GHESNotSupportedError', 'not supported on GHES'), 'none'],
    [new Error('Unable to get the ACTIONS_RUNTIME_TOKEN env variable'), 'none'],
    [new Error('Upload progress stalled.'), 'retry'],
    [named('NetworkError', 'Unable to make request: ECONNRESET'), 'retry'],
    ['something odd', 'retry'],
  ] as const)('%s: %s', (error, remedy) => {
    expect(remedyFor(error)).toBe(remedy)
  })
})

test('artifactName joins what there is and never gives an empty name', () => {
  expect(artifactName('app', 'daily', undefined, '20261124T020000Z')).toBe('app-daily-20261124T020000Z')
  expect(artifactName('..')).toBe('backup')
  expect(artifactName('größe/表')).toBe('größe_表')
  expect(artifactName('a:b/c"d<e>|f*?\\g\r\nh')).toBe('a_b_c_d_e_f_g_h')
  expect(artifactName('x'.repeat(500))).toHaveLength(120)
})

test('stallTimeout grows with the size, within bounds', () => {
  expect([0, 21e6, 1e12].map(stallTimeout)).toEqual([60_000, 300_000, 600_000])
})
