import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { SMALL_JSON, parseBoundedJson } from '../bounded-json.js'
import type { Context } from '../context.js'
import { messageOf } from '../errors.js'
import type { Options } from '../options.js'
import { ifThere, orFileTrouble } from '../platform/file-errors.js'
import { writeWhole } from '../platform/files.js'
import { readSmallFile } from '../platform/no-follow.js'
import { temporaryFolder } from '../platform/workspace.js'
import { timeOfLine } from '../records/log.js'
import { drillDocument, drillJson } from '../report/drill-document.js'
import type { DrillFacts, PastDrill } from '../report/drill-facts.js'
import { junitXml } from '../report/junit.js'
import type { Store } from '../stores/store.js'
import type { UnderWay } from './reporting.js'

/** How far back the trend looks. The log is kept for ninety days; results that were committed stay. */
const LOOK_BACK_MS = 3 * 366 * 24 * 3600 * 1000

const Scenarios = z.array(
  z.object({
    scenario: z.string(),
    outcome: z.enum(['passed', 'failed', 'could-not-run']),
    rto: z.number().nonnegative().exactOptional(),
    rpo: z.number().nonnegative().exactOptional(),
  }),
)
const Results = z.object({ startedAt: z.iso.datetime(), scenarios: Scenarios })

/** Writes the report of a drill as Markdown, JSON and JUnit XML, and where `drill-report` says. Returns the folder. */
export async function writeDrillReport(facts: DrillFacts, underWay: UnderWay): Promise<string> {
  const { report, options, context } = underWay
  const about = { series: report.series, startedAt: report.startedAt, seconds: report.seconds() }
  const redact = (text: string) => context.logger.redact(text)
  const markdown = redact(drillDocument(facts, about))
  const json = redact(drillJson(facts, about))
  return orFileTrouble('writing the report of the drill', async () => {
    const folder = await mkdtemp(path.join(temporaryFolder(context.environment), 'lifeboat-drill-'))
    await writeFile(path.join(folder, 'drill.md'), markdown)
    await writeFile(path.join(folder, 'drill.json'), json)
    await writeFile(path.join(folder, 'drill.xml'), redact(junitXml(facts.scenarios, about.startedAt)))
    if (options.drillReport !== undefined) {
      const target = path.resolve(context.workingDirectory, options.drillReport)
      await mkdir(path.dirname(target), { recursive: true })
      await writeWhole(target, markdown)
      await writeWhole(beside(target), json)
    }
    return folder
  })
}

/** Earlier drills, oldest first: those of the store's log, and those whose results were committed. */
export async function pastDrills(store: Store, options: Options, context: Context): Promise<PastDrill[]> {
  const since = new Date(context.clock.now().getTime() - LOOK_BACK_MS)
  const logged = (await store.readLog(since)).lines
    .filter(({ operation }) => operation === 'drill')
    .map((line) => ({ at: timeOfLine(line), parsed: Scenarios.safeParse(line.details.scenarios) }))
    .flatMap(({ at, parsed }) => (parsed.success && parsed.data.length > 0 ? [{ at, scenarios: parsed.data }] : []))
  const committed = await committedDrills(options, context)
  // The log has a drill by its end, its results have it by its beginning; one of them is enough.
  const missing = committed.filter(({ scenarios }) => !logged.some((each) => isSame(each.scenarios, scenarios)))
  return [...logged, ...missing].sort((a, b) => a.at.getTime() - b.at.getTime())
}

function isSame(a: PastDrill['scenarios'], b: PastDrill['scenarios']): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

async function committedDrills({ drillReport }: Options, context: Context): Promise<PastDrill[]> {
  if (drillReport === undefined) {
    return []
  }
  const target = path.resolve(context.workingDirectory, drillReport)
  const folder = path.dirname(target)
  const names = (await ifThere(readdir(folder))) ?? []
  const drills: PastDrill[] = []
  for (const name of names.filter((each) => each.endsWith('.json') && path.join(folder, each) !== beside(target))) {
    try {
      const { startedAt, scenarios } = Results.parse(
        parseBoundedJson(await readSmallFile(path.join(folder, name), SMALL_JSON.length), SMALL_JSON),
      )
      drills.push({ at: new Date(startedAt), scenarios })
    } catch (error) {
      context.logger.warning(
        `${name} beside the report holds no results of a drill: ${messageOf(error).split('\n')[0] ?? ''}`,
      )
    }
  }
  return drills
}

/** `docs/drills/2026-Q4.json` of `docs/drills/2026-Q4.md` */
function beside(report: string): string {
  return `${report.slice(0, report.length - path.extname(report).length)}.json`
}
