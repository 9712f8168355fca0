import { afterAll, describe, expect, test } from '@jest/globals'
import { execFile, spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

import { commandSpecs, SHELLS, type Shell } from '../../../src/command-line/commands.js'
import { completionFor } from '../../../src/command-line/completion.js'
import { OPERATIONS, OPTIONS } from '../../../src/option-list.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

const run = promisify(execFile)

afterAll(removeTemporaryFolders)

/** What bash offers when the tab key is pressed behind these words. */
async function bashOffers(words: readonly string[], cwd?: string): Promise<string[]> {
  const script = `
    eval "$COMPLETION"
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _pg_lifeboat
    printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await run('bash', ['--norc', '-uc', script, 'bash', 'pg-lifeboat', ...words], {
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', COMPLETION: completionFor('bash') },
    ...(cwd !== undefined && { cwd }),
  })
  return stdout.split('\n').filter((line) => line !== '')
}

describe('bash completes', () => {
  test('operations and tools', async () => {
    expect(await bashOffers([''])).toEqual([...commandSpecs().map(({ name }) => name), '--help', '--version'])
    expect(await bashOffers(['re'])).toEqual(['restore', 'report'])
  })

  test.each(['backup', 'restore', 'init'])('every flag of %s', async (name) => {
    const flags = commandSpecs().find((command) => command.name === name)!.flags
    expect((await bashOffers([name, '--'])).sort()).toEqual(flags.map((flag) => `--${flag.name}`).sort())
  })

  test('the choices of an option, also behind an equals sign', async () => {
    expect(await bashOffers(['backup', '--verify', ''])).toEqual([...OPTIONS.verify.choices])
    expect(await bashOffers(['backup', '--verify', '=', 'fu'])).toEqual(['full'])
    expect(await bashOffers(['backup', '--verify', '='])).toEqual([...OPTIONS.verify.choices])
    expect(await bashOffers(['rotate', '--dry-run', ''])).toEqual(['true', 'false'])
  })

  test('a flag behind one that stands alone', async () => {
    expect(await bashOffers(['rotate', '--dry-run', '--js'])).toEqual(['--json'])
  })

  test('files and folders with odd names', async () => {
    const folder = await temporaryFolder()
    await mkdir(path.join(folder, 'my store'))
    await writeFile(path.join(folder, 'my config.yml'), '')
    expect(await bashOffers(['backup', '--store', 'my'], folder)).toEqual(['my store'])
    expect((await bashOffers(['backup', '--config', 'my'], folder)).sort()).toEqual(['my config.yml', 'my store'])
  })

  test('nothing where anything may stand', async () => {
    expect(await bashOffers(['backup', '--type', ''])).toEqual([])
  })

  test('the shells, and the topics of the help', async () => {
    expect(await bashOffers(['completion', ''])).toEqual([...SHELLS, '--help'])
    expect(await bashOffers(['help', 'exit'])).toEqual(['exit-codes'])
    expect(await bashOffers(['help', ''])).toEqual(expect.arrayContaining([...OPERATIONS]))
  })
})

/** Not every machine has them; a run without them says so. */
const has = (shell: Shell): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0
const onlyWith = (shell: Shell): typeof test => {
  if (!has(shell)) {
    process.stderr.write(`There is no ${shell} here: its completion is not tried.\n`)
  }
  return (has(shell) ? test : test.skip) as typeof test
}

onlyWith('zsh')('zsh loads it, and its functions are what its completion system calls', async () => {
  // Without a dump: compinit renames what it writes over the file that it is given, /dev/null too.
  const script = 'autoload -Uz compinit && compinit -u -D; eval "$COMPLETION"; print -r -- $_comps[pg-lifeboat]'
  const { stdout } = await run('zsh', ['-fc', script], {
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: await temporaryFolder(), COMPLETION: completionFor('zsh') },
  })
  expect(stdout.trim()).toBe('_pg_lifeboat')
})

onlyWith('fish')('fish offers operations, flags and choices', async () => {
  const offers = async (line: string): Promise<string[]> => {
    const home = await temporaryFolder()
    const { stdout } = await run('fish', ['-Nc', 'echo $COMPLETION | source; complete -C $LINE'], {
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: home, COMPLETION: completionFor('fish'), LINE: line },
    })
    return stdout
      .split('\n')
      .flatMap((each) => each.split('\t')[0] ?? [])
      .filter((each) => each !== '')
  }
  expect(await offers('pg-lifeboat res')).toEqual(['restore'])
  expect(await offers('pg-lifeboat backup --keep-da')).toEqual(['--keep-daily'])
  expect((await offers('pg-lifeboat backup --verify ')).sort()).toEqual([...OPTIONS.verify.choices].sort())
})
