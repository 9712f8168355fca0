import { access, constants, symlink } from 'node:fs/promises'
import path from 'node:path'
import { SET } from '../../backup/set.js'
import { CouldNotVerifyError } from '../../errors.js'
import { describeFinding, type Finding } from '../../findings.js'
import { findProgram } from '../../platform/find-program.js'
import { libpqEnvironment } from '../../postgres/libpq-environment.js'
import type { DrillCase, RecoveryPhase } from '../../report/drill-facts.js'
import { bestType, breadth } from '../choice.js'
import { failedCase, openCase, outcomeOf, rehearsed, saidOf } from '../outcomes.js'
import { ownRoom, ownScript } from '../own-kit.js'
import type { DrillMeans, PickedSet, Room, Scenario, ScenarioOutcome } from '../scenario.js'
import { Timeline } from '../timeline.js'

/** What the recovery kit may need besides a shell and PostgreSQL's programs. */
const CORE = [
  'awk', 'cat', 'dirname', 'gzip', 'mktemp', 'nproc', 'od', 'rm', 'sed', 'sha256sum', 'shasum', 'tail', 'tr', 'wc',
] // prettier-ignore

/** What it needs besides for an encrypted set. */
const FOR_SEALED = ['age', 'mkdir']

/** Whatever a kit ends with but 0 is a failure of the kit. */
const ANY_CODE = Array.from({ length: 256 }, (_, code) => code)

/** What the script says when it begins with a phase. */
const ANNOUNCED: readonly [string, RecoveryPhase][] = [
  ['Checking the files', 'fetch'],
  ['Decrypting', 'decrypt'],
  ['Creating the roles', 'roles'],
  ['Creating the database', 'pre-data'],
  ['Restoring: pre-data', 'pre-data'],
  ['Restoring: data', 'data'],
  ['Restoring the script', 'data'],
  ['Restoring: post-data', 'post-data'],
  ['Collecting statistics', 'analyze'],
  ['Counting the rows', 'verify'],
]

/** Nothing is left but the backup and a new machine with PostgreSQL on it. */
export const cleanRoom: Scenario = {
  name: 'clean-room',
  describe:
    "The newest set is restored into an empty server by its own restore.sh, with a shell and PostgreSQL's programs only",
  async run(means) {
    const choice = { backup: means.backup, type: await bestType(means, breadth) }
    const set = await means.pick(means.store, choice)
    await requireKit(set)
    const kit = await kitToRun(set, means)
    if (typeof kit !== 'string') return notRun(set, kit)
    const timeline = new Timeline(means.context.clock)
    return means.withRoom(set, {}, async (room) => {
      const { findings, ...result } = await restoreByScript(set, kit, room, timeline, means)
      return { cases: [result], recoveries: [rehearsed(set, timeline, means)], findings }
    })
  },
}

/** The folder with the set as it is to be restored by its script, or why that is not run. */
async function kitToRun(set: PickedSet, { trusted, context }: DrillMeans): Promise<string | Finding> {
  // What bears a trusted signature was copied before it was checked, and is run as it is, whichever version made it.
  if (trusted) return set.stored.folder
  const script = await ownScript(set)
  if (typeof script !== 'string') return script
  const folder = await context.workspace.folder('clean-room-set')
  await ownRoom(set, script, folder)
  return folder
}

function notRun({ type, id }: PickedSet, found: Finding): ScenarioOutcome {
  return {
    cases: [openCase(`${type}/${id}`, describeFinding(found).replace(/\.$/, ''))],
    recoveries: [],
    findings: [found],
  }
}

async function requireKit({ stored: { folder }, type, id }: PickedSet): Promise<void> {
  await access(path.join(folder, SET.script), constants.R_OK).catch((cause: unknown) => {
    throw new CouldNotVerifyError({
      doing: `looking for the recovery kit of ${type}/${id}`,
      problem: `there is no ${SET.script} in the set`,
      advice: 'A set that this version takes has one.',
      cause,
    })
  })
}

async function restoreByScript(
  set: PickedSet,
  kit: string,
  room: Room,
  timeline: Timeline,
  means: DrillMeans,
): Promise<DrillCase & { findings: Finding[] }> {
  const database = room.newDatabase()
  const name = `${set.type}/${set.id}`
  const announced = new Announced(timeline, means)
  const ended = await means.context.processes.run({
    program: '/bin/sh',
    args: [
      path.join(kit, SET.script),
      ...(isSealed(set) ? ['--identity', await means.identityFile()] : []),
      ...['--jobs', String(means.jobs), '--', database],
    ],
    env: await bareEnvironment(set, room, means),
    cwd: '/',
    doing: `restoring ${name} by its own script`,
    accept: ANY_CODE,
    stdout: announced.line,
    onStderrLine: (line) => {
      means.context.logger.debug(`restore.sh: ${line}`)
    },
  })
  announced.end()
  if (ended.code !== 0) {
    return {
      ...failedCase(name, `restore.sh ended with exit code ${ended.code}: ${lastLine(ended.stderrTail)}`),
      findings: [],
    }
  }
  const findings = await timeline.time('verify', () => means.compare(set, room, database))
  const outcome = outcomeOf(findings)
  const said = saidOf({ findings, outcome }, 'the script restored it, and the copy is equal to the source')
  return { name, outcome, said, findings }
}

/** The connection, and a PATH on which there is nothing of ours. */
async function bareEnvironment(set: PickedSet, room: Room, { context }: DrillMeans): Promise<Record<string, string>> {
  const { programs } = room
  if (programs.source !== 'installed') {
    throw new CouldNotVerifyError({
      doing: 'preparing a clean room',
      problem: `PostgreSQL's programs are only there in the image ${programs.origin}`,
      advice: 'Install the client programs on this machine.',
    })
  }
  const connection = await libpqEnvironment(room.maintenance, context)
  const core = await coreUtilities(isSealed(set) ? [...CORE, ...FOR_SEALED] : CORE, context)
  const kept = Object.entries(connection).filter(([name]) => name.startsWith('PG') && name !== 'PGDATABASE')
  // What a script decrypts lies where it is removed even if the script cannot do it.
  const TMPDIR = await context.workspace.folder('clean-room-temporary')
  return { ...Object.fromEntries(kept), TMPDIR, PATH: `${core}${path.delimiter}${programs.origin}` }
}

function isSealed({ stored }: PickedSet): boolean {
  return stored.manifest.encryption !== undefined
}

async function coreUtilities(
  programs: readonly string[],
  { environment, workspace }: DrillMeans['context'],
): Promise<string> {
  const folder = await workspace.folder('clean-room')
  const places = (environment.PATH ?? '/usr/bin:/bin').split(path.delimiter)
  requireAge(programs, environment.PATH)
  for (const program of programs) {
    for (const place of places) {
      const isThere = await access(path.join(place, program), constants.X_OK).then(
        () => true,
        () => false,
      )
      if (isThere) {
        await symlink(path.join(place, program), path.join(folder, program))
        break
      }
    }
  }
  return folder
}

function requireAge(programs: readonly string[], searchPath: string | undefined): void {
  if (programs.includes('age') && findProgram('age', searchPath) === null) {
    throw new CouldNotVerifyError({
      doing: 'preparing a clean room',
      problem: 'the set is encrypted, and the program age is not on PATH',
      advice: 'Install it (package "age"): whoever recovers without pg-lifeboat needs it too.',
    })
  }
}

/** Follows the script: a line that announces a phase ends the one before. */
class Announced {
  private current: { phase: RecoveryPhase; since: number } | undefined

  constructor(
    private readonly timeline: Timeline,
    private readonly means: DrillMeans,
  ) {}

  readonly line = (line: string): void => {
    this.means.context.logger.debug(`restore.sh: ${line}`)
    const [, phase] = ANNOUNCED.find(([words]) => line.startsWith(words)) ?? []
    if (phase !== undefined) {
      this.end()
      this.current = { phase, since: this.means.context.clock.monotonic() }
    }
  }

  end(): void {
    if (this.current !== undefined) {
      this.timeline.add(this.current.phase, (this.means.context.clock.monotonic() - this.current.since) / 1000)
    }
    this.current = undefined
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}
