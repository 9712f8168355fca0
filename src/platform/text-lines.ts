const NEWLINE = 10

/**
 * The lines of a byte stream as text, without their newlines; null for a line of more than `longest` bytes, which is
 * skipped without being held.
 */
export async function* textLines(stream: AsyncIterable<Buffer>, longest: number): AsyncGenerator<string | null> {
  let parts: Buffer[] = []
  let length = 0
  const finish = (): string | null => {
    const line = length > longest ? null : Buffer.concat(parts).toString('utf8')
    parts = []
    length = 0
    return line
  }
  const hold = (part: Buffer): void => {
    length += part.length
    if (length > longest) parts = []
    else parts.push(part)
  }
  for await (const chunk of stream) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      hold(chunk.subarray(start, end))
      yield finish()
      start = end + 1
    }
    if (start < chunk.length) hold(chunk.subarray(start))
  }
  if (length > 0) yield finish()
}
