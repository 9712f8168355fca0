import { describe, expect, test } from '@jest/globals'
import { counted, formatBytes, formatCount, formatDuration, formatInstant, formatShare } from '../../src/units.js'

describe('numbers as people read them', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1234, '1.23 kB'],
    [999_949, '1 MB'],
    [1_200_000_000, '1.2 GB'],
    [84_000_000_000, '84 GB'],
    [5e18, '5,000 PB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  test.each([
    [0, '0.0 s'],
    [0.34, '0.3 s'],
    [9.96, '10 s'],
    [42, '42 s'],
    [59.6, '1 min'],
    [723.4, '12 min 3 s'],
    [3600, '1 h'],
    [7500, '2 h 5 min'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })

  test('counts have separators and agree with their noun', () => {
    expect(formatCount(84_210)).toBe('84,210')
    expect(counted(1, 'backup')).toBe('1 backup')
    expect(counted(0, 'backup')).toBe('0 backups')
    expect(counted(2, 'of them has', 'of them have')).toBe('2 of them have')
  })

  test('instants are UTC and say so', () => {
    expect(formatInstant(new Date('2026-11-24T02:00:03.9Z'))).toBe('2026-11-24 02:00:03 UTC')
    expect(formatShare(0.554)).toBe('55 %')
  })
})
