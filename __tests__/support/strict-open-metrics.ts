/** A sample as a reader of the format gets it. */
export interface ReadSample {
  name: string
  labels: Record<string, string>
  value: number
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/

/**
 * Reads OpenMetrics text by the specification, as far as gauges need it, and throws at whatever it forbids. Written apart
 * from the renderer, character by character, so that both can hardly err alike.
 */
export function strictlyParsed(text: string): ReadSample[] {
  if (!text.endsWith('# EOF\n')) throw new Error('it does not end with # EOF')
  const samples: ReadSample[] = []
  const seen = new Set<string>()
  const families = new Set<string>()
  let family: { name: string; told: Set<string>; hasSamples: boolean } | undefined
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    if (line === '') throw new Error('there is an empty line')
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/s.exec(line) ?? []
    if (kind !== undefined) {
      if (family?.name !== name) {
        if (families.has(name)) throw new Error(`${name} is in two places`)
        families.add(name)
        family = { name, told: new Set(), hasSamples: false }
      }
      if (family.told.has(kind) || family.hasSamples) throw new Error(`${kind} of ${name} is late or twice`)
      family.told.add(kind)
      if (kind === 'TYPE' && rest !== 'gauge') throw new Error(`${name} is a ${rest}`)
      if (kind === 'UNIT' && !name.endsWith(`_${rest}`)) throw new Error(`${name} does not end with ${rest}`)
      continue
    }
    if (line.startsWith('#')) throw new Error(`not known: ${line}`)
    const sample = readSample(line)
    if (sample.name !== family?.name) throw new Error(`${sample.name} stands apart from its family`)
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
    if (seen.has(key)) throw new Error(`twice: ${key}`)
    seen.add(key)
    family.hasSamples = true
    samples.push(sample)
  }
  return samples
}

function readSample(line: string): ReadSample {
  let at = 0
  const until = (stops: string): string => {
    const from = at
    while (at < line.length && !stops.includes(line.charAt(at))) at++
    return line.slice(from, at)
  }
  const name = until('{ ')
  if (!NAME.test(name)) throw new Error(`no name: ${line}`)
  const labels: Record<string, string> = {}
  if (line.charAt(at) === '{') {
    at++
    while (line.charAt(at) !== '}') {
      const label = until('=')
      if (!NAME.test(label) || Object.hasOwn(labels, label)) throw new Error(`bad label ${label}: ${line}`)
      if (line.slice(at, at + 2) !== '="') throw new Error(`no value of ${label}: ${line}`)
      at += 2
      let value = ''
      while (line.charAt(at) !== '"') {
        if (at >= line.length) throw new Error(`no end of ${label}: ${line}`)
        if (line.charAt(at) === '\\') {
          const real = { '\\': '\\', '"': '"', n: '\n' }[line.charAt(at + 1)]
          if (real === undefined) throw new Error(`a bad escape: ${line}`)
          value += real
          at += 2
        } else {
          value += line.charAt(at++)
        }
      }
      at++
      labels[label] = value
      if (line.charAt(at) === ',') at++
      else if (line.charAt(at) !== '}') throw new Error(`no comma after ${label}: ${line}`)
    }
    at++
  }
  if (line.charAt(at) !== ' ') throw new Error(`no blank before the value: ${line}`)
  const value = line.slice(at + 1)
  if (!/^(NaN|[+-]Inf|[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)$/.test(value)) throw new Error(`no number: ${value}`)
  return { name, labels, value: value.endsWith('Inf') ? Number(value.replace('Inf', 'Infinity')) : Number(value) }
}
