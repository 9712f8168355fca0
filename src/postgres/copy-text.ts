const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/**
 * The fields of a row as `COPY … TO` writes it in its text format.
 *
 * https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
 */
export function unescapedFields(row: string): (string | null)[] {
  return row
    .split('\t')
    .map((field) =>
      field === '\\N' ? null : field.replaceAll(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character),
    )
}
