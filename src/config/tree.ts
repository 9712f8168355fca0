import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import { messageOf } from '../errors.js'
import { definitionOf } from '../option-list.js'
import { excerptOf, excerptOfBroken, isOpen, type Stretch } from './excerpt.js'
import type { Place, Problem } from './problems.js'
import type { FileText } from './read-file.js'

/** A key of the file and its value, and where they stand: offsets in the text. */
export interface Entry {
  name: string
  value: unknown
  keyAt: number
  valueAt: number
  /** Its value, where that is a mapping and the key is no option. */
  under?: Mapping
}

/** A mapping of the file as it was written, before anything is made of it. */
export interface Mapping {
  at: number
  entries: readonly Entry[]
}

/** What was read of a file, and a way to point into it. */
export interface Tree {
  top: Mapping
  place: (at: number) => Place
  problems: readonly Problem[]
}

const MOST_PROBLEMS = 10

const TOO_DEEP = 'brackets are nested too deeply'

/** `databases`, a database, `types`, a type, an option: nothing is deeper. */
const DEEPEST = 5

/** Below these stand names. */
const NAMED: ReadonlySet<string> = new Set(['types', 'databases', 'tasks'])

/** Reads the YAML of a file. What is wrong is among the problems; the tree then holds what could be read. */
export function parseTree(file: FileText): Tree {
  const lines = new LineCounter()
  const { document, problems } = parse(file, lines)
  return document === undefined
    ? { top: { at: 0, entries: [] }, place: (at) => brokenPlace(file, lines, at), problems }
    : new Reader(file, lines, document).tree()
}

function parse(file: FileText, lines: LineCounter): { document?: Document.Parsed; problems: Problem[] } {
  const broken = (at: number, message: string): Problem => ({ place: brokenPlace(file, lines, at), message })
  try {
    const document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false })
    const seen = new Set<number>()
    const problems = [...document.errors, ...document.warnings].flatMap(({ pos, code, message }) => {
      const at = code === 'MISSING_CHAR' ? (openingQuote(document, pos[0]) ?? pos[0]) : pos[0]
      const { line } = lines.linePos(at)
      // One mistake makes the parser stumble again and again in its line.
      return seen.has(line) ? [] : (seen.add(line), [broken(at, explained(code, message))])
    })
    return problems.length > 0 ? { problems: problems.slice(0, MOST_PROBLEMS) } : { document, problems }
  } catch (error) {
    // The parser calls itself for each level: a file of brackets alone ends its stack.
    if (!(error instanceof RangeError)) throw error
    return { problems: [broken(0, TOO_DEEP)] }
  }
}

/** Where the quoted text begins that goes on until there, for want of its closing quote. */
function openingQuote({ contents }: Document.Parsed, at: number): number | undefined {
  let found: number | undefined
  visit(contents, {
    Scalar(_, { type, range }) {
      if (type?.startsWith('QUOTE') === true && range && range[0] <= at && range[2] >= at) found = range[0]
    },
  })
  return found
}

/** What the parser says, without the text that it found, which may be a secret. */
function explained(code: string, message: string): string {
  const plain = (message.split('\n')[0] ?? '').replace(/: ".*$/s, '')
  switch (code) {
    case 'MISSING_CHAR':
      return plain.startsWith('Missing closing') ? 'a quote opens here and is never closed' : notYaml(plain)
    case 'DUPLICATE_KEY':
      return 'this key is there twice in one mapping; leave one of the two out'
    case 'TAB_AS_INDENT':
      return 'a line is indented with a tab; YAML takes blanks only'
    case 'MULTIPLE_DOCS':
      return 'a second document begins with "---"; a configuration is one document'
    case 'TAG_RESOLVE_FAILED':
      return 'tags ("!…") are not read; put the text in quotes'
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a second ": " stands in this line; put a value that holds one in quotes'
    default:
      return plain.includes('call stack') ? TOO_DEEP : notYaml(plain)
  }
}

function notYaml(why: string): string {
  return `this is not YAML: ${why}. Quotes around a value help where it holds \`\${…}\`, ": ", " #", "{" or "["`
}

function brokenPlace(file: FileText, lines: LineCounter, at: number): Place {
  return placed(file, lines, at, excerptOfBroken(file.text, at))
}

function placed(file: FileText, lines: LineCounter, at: number, excerpt: Place['excerpt']): Place {
  const { line, col } = lines.linePos(at)
  return { file: file.name, line: Math.max(line, 1), column: Math.max(col, 1), ...(excerpt && { excerpt }) }
}

/** Goes through a document that is good YAML. */
class Reader {
  private readonly problems: { at: number; message: string }[] = []
  private readonly stretches: Stretch[] = []

  constructor(
    private readonly file: FileText,
    private readonly lines: LineCounter,
    private readonly document: Document.Parsed,
  ) {}

  tree(): Tree {
    const { contents } = this.document
    const top = isMap(contents) ? this.mapping(contents, 1, false) : { at: 0, entries: [] }
    if (!isMap(contents) && !(contents === null || (isScalar(contents) && contents.value === null))) {
      this.tell(0, 'the file holds no mapping of option names to values, such as "store: /backups"')
    }
    const place = (at: number) => this.place(at)
    return { top, place, problems: this.problems.map(({ at, message }) => ({ place: place(at), message })) }
  }

  /** @param isOfNames whether its keys are names that somebody chose, which may well be those of options */
  private mapping(map: YAMLMap, depth: number, isOfNames: boolean): Mapping {
    const entries = map.items.flatMap(({ key, value }) => this.entry(key, value, depth, isOfNames))
    return { at: map.range?.[0] ?? 0, entries }
  }

  private entry(key: unknown, value: unknown, depth: number, isName: boolean): Entry[] {
    const [keyAt, keyEnd] = rangeOf(key) ?? [0, 0]
    if (!isWord(key)) {
      this.tell(keyAt, 'a key must be a word')
      return []
    }
    this.stretches.push({ from: keyAt, to: keyEnd, isShown: true })
    return [this.entryOf({ name: String(key.value), isName }, [keyAt, keyEnd], value, depth)]
  }

  private entryOf(
    { name, isName }: { name: string; isName: boolean },
    [keyAt, keyEnd]: Range,
    value: unknown,
    depth: number,
  ): Entry {
    const node = this.resolved(value, keyAt)
    const range = rangeOf(value) ?? [keyEnd, keyEnd]
    const valueAt = isScalar(value) && value.value === null ? keyAt : range[0]
    if (isMap(node) && (isName || definitionOf(name) === undefined) && depth < DEEPEST) {
      const isOfNames = !isName && NAMED.has(name)
      return { name, value: {}, keyAt, valueAt, under: this.mapping(node, depth + 1, isOfNames) }
    }
    const isSwitch = isScalar(node) && ['off', false, null].some((word) => word === node.value)
    // Under a key that takes no mapping may stand anything, such as a secret that is indented too far.
    const isPlain = !isMap(node) && !(isSeq(node) && !node.items.every(isScalar))
    this.stretches.push({ from: range[0], to: range[1], isShown: (isOpen(name) && isPlain) || isSwitch })
    return { name, value: this.plain(node, keyAt), keyAt, valueAt }
  }

  /** What an alias stands for, or the node itself. */
  private resolved(node: unknown, at: number): Node | undefined {
    const found = isAlias(node) ? node.resolve(this.document) : (node as Node | null)
    if (isAlias(node) && found === undefined) {
      this.tell(at, `"*${node.source}" stands for nothing: there is no "&${node.source}" before it`)
    }
    return found ?? undefined
  }

  private plain(node: Node | undefined, at: number): unknown {
    try {
      return node?.toJS(this.document, { maxAliasCount: 100 })
    } catch (error) {
      this.tell(at, `its value cannot be read: ${messageOf(error)}`)
      return undefined
    }
  }

  private tell(at: number, message: string): void {
    this.problems.push({ at, message })
  }

  private place(at: number): Place {
    return placed(this.file, this.lines, at, excerptOf(this.file.text, at, this.stretches))
  }
}

/** Where something begins and ends. */
type Range = readonly [number, number]

function rangeOf(node: unknown): Range | undefined {
  const range = isScalar(node) || isMap(node) || isAlias(node) || isSeq(node) ? node.range : undefined
  return range === null || range === undefined ? undefined : [range[0], range[1]]
}

function isWord(node: unknown): node is Scalar {
  return isScalar(node) && ['string', 'number', 'boolean'].includes(typeof node.value)
}
