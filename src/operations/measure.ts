import type { Manifest } from '../backup/manifest.js'
import { rulesInForce, type AlertRule } from '../records/alert-rules.js'
import { evaluate, measurementsOf } from '../records/alerts.js'
import { measure } from '../records/metrics.js'
import { previousProven } from '../records/statistics.js'
import type { EarlierRuns } from './earlier-runs.js'
import type { UnderWay } from './reporting.js'

/** Measures a backup that was taken and holds it against the alert rules. */
export async function measureBackup(
  { report, store, options, context }: UnderWay,
  manifest: Manifest,
  earlier: EarlierRuns,
): Promise<void> {
  const peakMemory = context.workspace.peakMemory() + context.processes.peakMemory()
  const metrics = measure(manifest, { seconds: report.seconds(), peakMemory })
  const freeBytes = await store.freeBytes()
  if (freeBytes !== null) {
    report.logDetails = { ...report.logDetails, free_bytes: freeBytes }
  }
  const measurements = measurementsOf(manifest, metrics, {
    errors: manifest.proof.findings.filter(({ severity }) => severity === 'error').length,
    freeBytes,
    previous: previousProven(earlier.sets, earlier.lines, manifest.type, new Date(manifest.snapshot.time)),
  })
  report.metrics = metrics
  report.alerts = evaluate(rulesInForce(options.alerts), measurements)
}

/** A backup that failed is an error like any other. What was measured before it failed stays. */
export function measureFailure({ report }: UnderWay, rules: readonly AlertRule[]): void {
  const failure = evaluate(rules, {
    seconds: report.seconds(),
    size: null,
    errors: 1,
    compression: null,
    freeBytes: null,
    records: null,
    previous: null,
  })
  report.alerts = [
    ...failure,
    ...report.alerts.filter(({ measure }) => failure.every((one) => one.measure !== measure)),
  ]
}
