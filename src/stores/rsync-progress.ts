import { Writable } from 'node:stream'

/**
 * Reads what `rsync --info=progress2` writes, a line that is overwritten again and again, and tells the bytes so far.
 * They begin anew when a transfer is tried again.
 */
export function progressReader(onBytes: (bytes: number) => void): Writable {
  let rest = ''
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const parts = (rest + chunk.toString('latin1')).split(/[\r\n]/)
      rest = (parts.pop() ?? '').slice(-200)
      for (const part of parts) {
        const digits = /^\s*([\d,.]+)\s+\d+%/.exec(part)?.[1]
        if (digits !== undefined) onBytes(Number(digits.replaceAll(/[,.]/g, '')))
      }
      done()
    },
  })
}
