import { describe, expect, test } from '@jest/globals'
import { assertArtifactAllowed, assertArtifactPossible } from '../../../src/action/artifact-errors.js'
import { GuardError, UsageError } from '../../../src/errors.js'
import type { Visibility } from '../../../src/platform/github.js'

describe('a database is not published', () => {
  const options = { uploadArtifact: 'all', allowPublicArtifact: false } as const
  const check =
    (visibility: Visibility, changes: object = {}, encrypted = false) =>
    () => {
      assertArtifactAllowed({ visibility, encrypted, options: { ...options, ...changes } })
    }

  test.each(['public', 'unknown'] as const)('a dump would be readable by everybody: %s', (visibility) => {
    expect(check(visibility)).toThrow(GuardError)
    expect(check(visibility)).toThrow('allow-public-artifact')
  })

  test.each(['private', 'internal'] as const)('%s is fine', (visibility) => {
    expect(check(visibility)).not.toThrow()
  })

  test('so is what nobody can read, what holds no rows, and what was said to be public', () => {
    expect(check('public', {}, true)).not.toThrow()
    expect(check('public', { uploadArtifact: 'report' })).not.toThrow()
    expect(check('public', { uploadArtifact: 'none' })).not.toThrow()
    expect(check('public', { allowPublicArtifact: true })).not.toThrow()
  })
})

describe('without an artifact service the work does not begin', () => {
  const there = { ACTIONS_RUNTIME_TOKEN: 't', ACTIONS_RESULTS_URL: 'u' }

  test.each(['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'])('%s', (name) => {
    const check = () => {
      assertArtifactPossible({ ...there, [name]: '' }, { uploadArtifact: 'report' })
    }
    expect(check).toThrow(UsageError)
    expect(check).toThrow(name)
  })

  test('it is not asked for where nothing is uploaded', () => {
    expect(() => {
      assertArtifactPossible({}, { uploadArtifact: 'none' })
    }).not.toThrow()
    expect(() => {
      assertArtifactPossible(there, { uploadArtifact: 'all' })
    }).not.toThrow()
  })
})
