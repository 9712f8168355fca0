import { setOutput } from '@actions/core'
import { OUTPUTS, type OutputName, type Outputs } from '../outputs.js'

/**
 * The outputs as the runner takes them: texts, structured ones as JSON, without secrets. A secret is removed from the
 * values before they become JSON, where it might be written in another way.
 */
export function encodeOutputs(outputs: Outputs, redact: (text: string) => string): Map<OutputName, string> {
  const encoded = new Map<OutputName, string>()
  for (const name of Object.keys(OUTPUTS) as OutputName[]) {
    const value = outputs[name]
    if (value !== undefined) {
      encoded.set(name, redact(typeof value === 'object' ? JSON.stringify(redacted(value, redact)) : String(value)))
    }
  }
  return encoded
}

/** Hands the outputs to the runner, for the steps and jobs that follow. */
export function setOutputs(outputs: Outputs, redact: (text: string) => string): void {
  for (const [name, text] of encodeOutputs(outputs, redact)) {
    setOutput(name, text)
  }
}

function redacted(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') {
    return redact(value)
  }
  if (Array.isArray(value)) {
    return value.map((item) => redacted(item, redact))
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redacted(item, redact)]))
  }
  return value
}
