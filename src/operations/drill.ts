import type { Context } from '../context.js'
import { CouldNotVerifyError } from '../errors.js'
import { runScenario, scenariosNamed } from '../drill/run.js'
import type { Options } from '../options.js'
import { summaries, type ScenarioResult } from '../report/drill-facts.js'
import type { Report } from '../report/report.js'
import type { Store } from '../stores/store.js'
import { pastDrills, writeDrillReport } from './drill-report.js'
import { drillMeans } from './drill-means.js'
import { readOpeningKeys } from './open-set.js'
import { reporting, type UnderWay } from './reporting.js'

/** Rehearses recovery: runs scenarios in scratch with the very parts that a real recovery uses, and measures them. */
export function drill(options: Options, context: Context): Promise<Report> {
  return reporting('drill', options, context, async (underWay) => {
    const { report, store } = underWay
    const scenarios = scenariosNamed(options.scenario)
    const keys = await readOpeningKeys(options, context)
    if (options.scratchUrl !== undefined) {
      context.logger.hide(options.scratchUrl)
    }
    report.series = (await store.series()) ?? ''
    report.type = options.type
    report.logDetails = { series: report.series }
    const means = drillMeans(await typesOf(store, options), underWay, keys)
    const past = await pastDrills(store, options, context)
    const results: ScenarioResult[] = []
    report.drill = { scenarios: results, past }
    try {
      for (const scenario of scenarios) {
        const result = await report.phase(`Rehearsing ${scenario.name}`, () => runScenario(scenario, means))
        results.push(result)
        await means.letGo()
        tell(result, underWay)
      }
    } finally {
      report.logDetails = { series: report.series, scenarios: summaries(results) }
      report.drill = { ...report.drill, folder: await writeDrillReport(report.drill, underWay) }
    }
  })
}

/** The types that the store holds sets of, broken ones too: that none of a type is whole is what a drill is for. */
async function typesOf(store: Store, { type, backup = 'latest' }: Options): Promise<string[]> {
  const { sets, broken } = await store.list()
  const meant = [...sets, ...broken].filter(
    (set) => (type ?? set.type) === set.type && ['latest', set.id].includes(backup),
  )
  const types = [...new Set(meant.map((set) => set.type))].sort()
  if (types.length === 0) {
    throw new CouldNotVerifyError({
      doing: `looking for backups to drill with in ${store.name}`,
      problem: `the store holds no set${type === undefined ? '' : ` of type ${type}`}${backup === 'latest' ? '' : ` of the id ${backup}`}`,
      advice: 'Check the options store, type and backup, and that a backup was taken.',
    })
  }
  return types
}

function tell({ scenario, outcome, cases }: ScenarioResult, { context: { logger } }: UnderWay): void {
  for (const { name, outcome: came, said } of cases) {
    const text = `${scenario}, ${name}: ${said}.`
    if (came === 'passed') {
      logger.info(text)
    } else if (came === 'failed') {
      logger.error(text)
    } else {
      logger.warning(text)
    }
  }
  logger.info(`Scenario ${scenario}: ${outcome}.`)
}
