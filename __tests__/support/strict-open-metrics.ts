/** A sample as a reader of the format gets it. */
export interface ReadSample {
  name: string
  labels: Record<string, string>
  value: number
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const NUMBER = /^(NaN|[+-]Inf|[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)$/
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', n: '\n' }

interface Family {
  name: string
  told: Set<string>
  hasSamples: boolean
}

/**
 * Reads OpenMetrics text by the specification, as far as gauges need it, and throws at whatever it forbids. Written apart
 * from the renderer, character by character, so that both can hardly err alike.
 */
export function strictlyParsed(text: string): ReadSample[] {
  assert(text.endsWith('# EOF\n'), 'it does not end with # EOF')
  const samples: ReadSample[] = []
  const seen = new Set<string>()
  const families: Family[] = []
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    if (line.startsWith('#')) {
      describe(line, families)
      continue
    }
    const sample = new Line(line).sample()
    const family = families.at(-1)
    assert(sample.name === family?.name, `${sample.name} stands apart from its family`)
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
    assert(!seen.has(key), `twice: ${key}`)
    seen.add(key)
    if (family !== undefined) family.hasSamples = true
    samples.push(sample)
  }
  return samples
}

/** HELP, TYPE or UNIT: each once, before the samples, and a family in one place. */
function describe(line: string, families: Family[]): void {
  const [, kind = '', name = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/s.exec(line) ?? []
  assert(kind !== '', `not known: ${line}`)
  let family = families.at(-1)
  if (family?.name !== name) {
    assert(!families.some((one) => one.name === name), `${name} is in two places`)
    family = { name, told: new Set(), hasSamples: false }
    families.push(family)
  }
  assert(!family.told.has(kind) && !family.hasSamples, `${kind} of ${name} is late or twice`)
  family.told.add(kind)
  assert(kind !== 'TYPE' || rest === 'gauge', `${name} is a ${rest}`)
  assert(kind !== 'UNIT' || name.endsWith(`_${rest}`), `${name} does not end with ${rest}`)
}

class Line {
  private at = 0

  constructor(private readonly text: string) {}

  sample(): ReadSample {
    const name = this.until('{ ')
    assert(NAME.test(name), `no name: ${this.text}`)
    const labels = this.text.charAt(this.at) === '{' ? this.labels() : {}
    this.expect(' ')
    const value = this.text.slice(this.at)
    assert(NUMBER.test(value), `no number: ${value}`)
    return { name, labels, value: Number(value.replace('Inf', 'Infinity')) }
  }

  private labels(): Record<string, string> {
    const labels: Record<string, string> = {}
    this.expect('{')
    for (;;) {
      const label = this.until('=')
      assert(NAME.test(label) && !Object.hasOwn(labels, label), `bad label ${label}: ${this.text}`)
      this.expect('="')
      labels[label] = this.quoted()
      if (this.text.charAt(this.at) === '}') break
      this.expect(',')
    }
    this.expect('}')
    return labels
  }

  private quoted(): string {
    let value = ''
    for (;;) {
      value += this.until('"\\')
      assert(this.at < this.text.length, `no end of a value: ${this.text}`)
      if (this.text.charAt(this.at++) === '"') return value
      const real = ESCAPED[this.text.charAt(this.at++)]
      assert(real !== undefined, `a bad escape: ${this.text}`)
      value += real ?? ''
    }
  }

  private until(stops: string): string {
    const from = this.at
    while (this.at < this.text.length && !stops.includes(this.text.charAt(this.at))) this.at++
    return this.text.slice(from, this.at)
  }

  private expect(text: string): void {
    assert(this.text.startsWith(text, this.at), `no ${text} at ${this.at}: ${this.text}`)
    this.at += text.length
  }
}

function assert(isRight: boolean, problem: string): void {
  if (!isRight) throw new Error(problem)
}
