import { setOutput } from '@actions/core'
import { OUTPUTS, type OutputName, type Outputs } from '../outputs.js'
import { redactDeep } from '../platform/redact-deep.js'

/** The outputs as the runner takes them: texts, structured ones as JSON, without secrets. */
export function encodeOutputs(outputs: Outputs, redact: (text: string) => string): Map<OutputName, string> {
  const encoded = new Map<OutputName, string>()
  const shown = redactDeep(outputs, redact)
  for (const name of Object.keys(OUTPUTS) as OutputName[]) {
    const value = shown[name]
    if (value !== undefined) {
      encoded.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
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
