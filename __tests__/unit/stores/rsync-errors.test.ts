import { describe, expect, test } from '@jest/globals'

import { explainRsync, isAbsence } from '../../../src/stores/rsync-errors.js'

const explain = (code: number | null, stderr = '', writes: 'here' | 'there' = 'there') =>
  explainRsync({ code, stderr, host: 'offsite', writes })

/** The exit codes that rsync documents, and those of remote shells that it passes on. */
const CODES = [
  1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16, 19, 20, 21, 22, 23, 24, 25, 30, 35, 124, 125, 126, 127, 255,
]

describe('a failure of rsync', () => {
  test.each(CODES)('with the exit code %i has a problem of its own and says what to do', (code) => {
    const { problem, advice } = explain(code)
    expect(problem).not.toMatch(/^rsync failed$|\$/)
    expect(advice).toMatch(/^[A-Z].*\.$/)
  })

  test('is tried again only where it passes', () => {
    expect(CODES.filter((code) => explain(code).passes)).toEqual([10, 12, 30, 35, 255])
    expect(explain(255, 'Host key verification failed.').passes).toBe(false)
    expect(explain(12, 'root@offsite: Permission denied (publickey).').passes).toBe(false)
    expect(explain(12, 'rsync: [receiver] write failed on "x": No space left on device (28)').passes).toBe(false)
    expect(explain(5, '@ERROR: max connections (2) reached -- try again later').passes).toBe(true)
  })

  test.each([
    [12, 'bash: line 1: rsync: command not found', /no rsync at the other end/],
    [255, 'ssh: Could not resolve hostname offsite: Name or service not known', /no host by the name of offsite/],
    [10, 'rsync: getaddrinfo: offsite 873: Name or service not known', /no host by the name of offsite/],
    [5, '@ERROR: chroot failed', /folder of the module/],
    [5, '@ERROR: access denied to m from unknown (1.2.3.4)', /the daemon refused: access denied to m/],
    [
      12,
      'rrsync error: post-realpath open failed (race detected): /s/ No such file or directory',
      /not there.*: \/s\//,
    ],
    [23, 'rsync: [sender] link_stat "/a b" (in m) failed: No such file or directory (2)', /not there: \/a b/],
    [
      23,
      'rsync: mkstemp "x" failed: Permission denied (13)',
      /at the other end \(offsite\) may not be read or written/,
    ],
    [30, '[sender] io timeout after 60 seconds -- exiting', /did not answer in time/],
    [null, '', /^rsync failed$/],
  ])('%j and %j', (code, stderr, problem) => {
    expect(explain(code, stderr).problem).toMatch(problem)
  })

  test('names the disk that is full', () => {
    const stderr = 'rsync: [receiver] write failed on "1.dat": No space left on device (28)'
    expect(explain(11, stderr, 'there').problem).toContain('at the other end (offsite)')
    expect(explain(11, stderr, 'here').problem).toContain('of this machine')
  })

  test('is an absence only when a file or folder is all that it misses', () => {
    const missing = 'rsync: [sender] change_dir "/x" (in m) failed: No such file or directory (2)'
    const end = 'rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1874)'
    expect(isAbsence(`${missing}\n${end}`)).toBe(true)
    expect(isAbsence('rsync: change_dir#1 "/x" failed: No such file or directory (2)')).toBe(true)
    expect(isAbsence(`${missing}\nrsync: [sender] read errors mapping "/y": Input/output error (5)`)).toBe(false)
    expect(isAbsence('rsync: [Receiver] Failed to exec ssh: No such file or directory (2)')).toBe(false)
    const restricted = '/usr/bin/rrsync error: post-realpath open failed (race detected): /store/'
    expect(isAbsence(`${restricted} No such file or directory\n${end}`)).toBe(true)
    expect(isAbsence(`${restricted} Too many levels of symbolic links\n${end}`)).toBe(false)
    expect(isAbsence(`${missing}\n/usr/bin/rrsync error: unsafe arg: /store/`)).toBe(false)
    expect(isAbsence(end)).toBe(false)
    expect(isAbsence('')).toBe(false)
  })
})
