import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import type { Context } from '../context.js'
import { InterruptedError, messageOf } from '../errors.js'
import { codeOf, fileTrouble } from '../platform/file-errors.js'
import type { Age } from './age.js'
import { WrongKeyError, cannotDecrypt, cannotEncrypt } from './age-errors.js'
import { readAgeHeader } from './age-format.js'
import { loadAge } from './load-age.js'

/** Pieces of this size are read, and one is waited for at a time: memory stays flat. */
const PIECE = 1024 * 1024

/** age in this process: about 100 MB/s on one core, and no start to wait for. */
export function ageLibrary({ signal }: Pick<Context, 'signal'>): Age {
  return {
    async encrypt(from, to, recipients) {
      const { Encrypter } = await loadAge()
      const encrypter = new Encrypter()
      recipients.forEach(({ key }) => {
        encrypter.addRecipient(key)
      })
      await throughFile(from, to, signal, (plain) => encrypter.encrypt(plain)).catch((error: unknown) => {
        throw troubleOf(error, signal, `encrypting ${from}`, (problem) => cannotEncrypt(from, problem, error))
      })
    },
    async decrypt(from, to, identities) {
      // The library reads on for the end of the header, however far away that is.
      await readAgeHeader(from)
      const { Decrypter } = await loadAge()
      const decrypter = new Decrypter()
      identities.forEach(({ key }) => {
        decrypter.addIdentity(key)
      })
      await throughFile(from, to, signal, (sealed) => decrypter.decrypt(sealed)).catch((error: unknown) => {
        if (messageOf(error).includes('no identity matched')) throw new WrongKeyError(from, error)
        throw troubleOf(error, signal, `decrypting ${from}`, (problem) => cannotDecrypt(from, problem, error))
      })
    },
  }
}

type Bytes = globalThis.ReadableStream<Uint8Array>

async function throughFile(
  from: string,
  to: string,
  signal: AbortSignal,
  work: (bytes: Bytes) => Promise<Bytes>,
): Promise<void> {
  const handle = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW)
  const source = handle.createReadStream({ highWaterMark: PIECE })
  try {
    const web = Readable.toWeb(source, { strategy: { highWaterMark: 1 } }) as unknown as Bytes
    const result = await work(web)
    const target = await open(to, 'wx', 0o600)
    await pipeline(Readable.fromWeb(result as ReadableStream), target.createWriteStream(), { signal })
  } finally {
    source.destroy()
  }
}

function troubleOf(error: unknown, signal: AbortSignal, doing: string, make: (problem: string) => Error): Error {
  if (signal.aborted) return new InterruptedError(doing, error)
  return codeOf(error) === undefined ? make(messageOf(error)) : fileTrouble(error, doing)
}
