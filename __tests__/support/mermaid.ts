import { codeBlocks } from './markdown.js'

/** A chart as mermaid's grammar of `xychart-beta` has it. */
export interface XyChart {
  title: string
  labels: string[]
  yAxis: { name: string; range?: [number, number] }
  /** The numbers of each line and each row of bars. */
  rows: number[][]
}

/** What may stand between quotes here: letters, digits, and marks that mean nothing to mermaid. */
const TEXT = String.raw`"([\p{L}\p{N} ,.:()-]*)"`

/** As the lexer of mermaid takes them: no exponent, no words. */
const NUMBER = String.raw`[+-]?\d+(?:\.\d+)?`

const FORMS = {
  title: new RegExp(`^ {4}title ${TEXT}$`, 'u'),
  labels: new RegExp(`^ {4}x-axis \\[(${TEXT}(?:, ${TEXT})*)\\]$`, 'u'),
  yAxis: new RegExp(`^ {4}y-axis ${TEXT}(?: (${NUMBER}) --> (${NUMBER}))?$`, 'u'),
  row: new RegExp(`^ {4}(?:line|bar) \\[(${NUMBER}(?:, ${NUMBER})*)\\]$`),
}

/** The charts of a page in Markdown. Throws with the line that is not as the grammar has it. */
export function xyCharts(page: string): XyChart[] {
  return codeBlocks(page)
    .filter(({ language }) => language === 'mermaid')
    .map(({ text }) => {
      const [kind = '', title = '', labels = '', yAxis = '', ...rows] = text.trimEnd().split('\n')
      matched(/^xychart-beta(?: horizontal)?$/, kind)
      const [, name = '', from, to] = matched(FORMS.yAxis, yAxis)
      return {
        title: matched(FORMS.title, title)[1] ?? '',
        labels: [...(matched(FORMS.labels, labels)[1] ?? '').matchAll(/"([^"]*)"/g)].map(([, label = '']) => label),
        yAxis: { name, ...(from !== undefined && to !== undefined && { range: [Number(from), Number(to)] }) },
        rows: rows.map((row) => (matched(FORMS.row, row)[1] ?? '').split(', ').map(Number)),
      }
    })
}

function matched(form: RegExp, line: string): RegExpExecArray {
  const match = form.exec(line)
  if (match === null) {
    throw new Error(`mermaid would not read this line: ${JSON.stringify(line)}`)
  }
  return match
}
