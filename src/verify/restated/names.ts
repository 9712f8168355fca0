import { quoteIdentifier } from '../../postgres/identifier.js'

const IDENTIFIER = /"(?:[^"]|"")*"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y

/** A name that was read from a text, and where the text goes on. */
interface Read {
  name: string
  end: number
}

/** The name that stands at a place of a text, quoted or not. */
export function readIdentifier(text: string, at: number): Read | undefined {
  IDENTIFIER.lastIndex = at
  const [found] = IDENTIFIER.exec(text) ?? []
  if (found === undefined) return undefined
  const name = found.startsWith('"') ? found.slice(1, -1).replaceAll('""', '"') : found
  return { name, end: at + found.length }
}

/** The names of `schema.table.column` that stand at a place of a text; none where it is no name. */
export function readNames(text: string, at = 0): { names: string[]; end: number } {
  const names: string[] = []
  let end = at
  for (;;) {
    const read = readIdentifier(text, names.length === 0 ? end : end + 1)
    if (read === undefined) return { names, end }
    names.push(read.name)
    end = read.end
    if (text[end] !== '.') return { names, end }
  }
}

/** A name of the catalog (`public.order`) as SQL takes it (`"public"."order"`). */
export function asSql(catalogName: string): string {
  return readNames(catalogName).names.map(quoteIdentifier).join('.')
}

/** The last of the names: `order` of `public.order`, as SQL takes it. */
export function lastAsSql(catalogName: string): string {
  return quoteIdentifier(readNames(catalogName).names.at(-1) ?? '')
}
