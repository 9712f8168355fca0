import { lifeOf, ownerHere, type Owner } from '../platform/owner.js'
import { OperationError, messageOf } from '../errors.js'
import type { FilePlace, PlacedFile } from './file-place.js'
import type { Unlock } from './store.js'
import { Silence, ownerOf, waitForTurn, type Turn, type WaitTools } from './waiting.js'

/** How often one who holds the lock, or waits for it, shows that it lives. */
const BEAT_MS = 30_000

/** Without a sign of life for so long, one who runs elsewhere counts as dead: several missed beats. */
const SILENCE_MS = 150_000

/** Looks cost a program or a request each: often at first, then seldom. */
const POLL = { first: 200, most: 3_000, growth: 1.5 }

/** One who could not show that it lives for so long may have been taken for dead, and does not go on as if nothing was. */
const DOUBT_MS = SILENCE_MS / 2

/** How often one's own mark may be missing before the place is not believed any more. */
const MOST_MISSING = 5

export interface RemoteLock {
  place: FilePlace
  /** The folder of its marks: `.lock/store`. */
  folder: string
  /** What it locks, in words: `the store's lock`. */
  what: string
}

/**
 * Takes an exclusive lock at a place that can do no more than write, list and remove files: no conditional writes, no
 * renames, and a list that is no instant's picture.
 *
 * It is Lamport's bakery. Everybody puts down a mark, a file whose name holds a number: 0 when he comes in. Whoever finds
 * himself alone then has the lock, because each one who comes later sees his mark. Otherwise he takes a number that is
 * larger than all he sees, and only then takes his 0 away. He waits until nobody is there with a 0, who may be about to
 * take a smaller number, and then, by lists that began after that, until nobody has a smaller number.
 *
 * Throws `OperationError` naming the holder when it takes longer than `patience`.
 */
export async function takeRemoteLock(lock: RemoteLock, doing: string, tools: WaitTools): Promise<Unlock> {
  const contender = new Contender(lock, doing, tools)
  try {
    await contender.enter()
    let poll = POLL.first
    const pace = (): number => Math.min((poll *= POLL.growth), POLL.most)
    await waitForTurn({ what: lock.what, look: () => contender.look(), pace }, doing, tools)
  } catch (error) {
    await contender.leave('debug')
    throw error
  }
  return contender.hold()
}

/** A mark in the folder of a lock. */
interface Mark {
  /** The file, relative to the root of the place. */
  file: string
  /** 0 while its owner has no number yet. */
  number: number
  token: string
  listed: PlacedFile
}

/** The marks among the files of a lock's folder; undefined for other files. */
function markOf(folder: string, listed: PlacedFile): Mark | undefined {
  const [, number, token] = /^(\d{8})-([0-9a-f-]{36})\.json$/.exec(listed.path) ?? []
  if (number === undefined || token === undefined) return undefined
  return { file: `${folder}/${listed.path}`, number: Number(number), token, listed }
}

class Contender {
  private readonly mine: Owner
  private readonly silence: Silence
  private readonly owners = new Map<string, Owner | null>()
  /** Our marks that are there, or may be. The last is the one that counts. */
  private marks: string[] = []
  private number = 0
  /** Whether, since we have our number, nobody was there without one. */
  private isOrdered = false
  /** How often in a row our mark was not listed. */
  private missing = 0
  private beats = 0
  private shown = 0
  private beat: NodeJS.Timeout | undefined
  /** What is being written; one thing at a time, so that no late beat brings back a mark that was removed. */
  private writing: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly lock: RemoteLock,
    doing: string,
    private readonly tools: WaitTools,
  ) {
    this.mine = ownerHere(doing, tools.clock.now())
    this.silence = new Silence(tools.clock)
  }

  /** Comes in, without a number yet. */
  async enter(): Promise<void> {
    await this.inTurn(() => this.removeMarks(this.marks))
    this.number = 0
    this.isOrdered = false
    await this.putMark()
  }

  async look(): Promise<Turn> {
    const { place, folder } = this.lock
    const marks = (await place.list(folder)).map((file) => markOf(folder, file)).filter((mark) => mark !== undefined)
    const isListed = marks.some(({ file }) => file === this.marks.at(-1))
    if (!isListed && ++this.missing >= MOST_MISSING) throw forgetful(this.lock, this.mine.doing)
    // One who was taken for dead, as after a long sleep, has lost his place in the row, and must not take it again.
    if (!isListed || this.silentFor() > DOUBT_MS) return this.comeAgain()
    this.missing = 0
    if (this.silentFor() > BEAT_MS) await this.inTurn(() => this.show())
    const others = await this.living(marks.filter(({ token }) => token !== this.mine.token))
    if (this.number === 0) return others.length === 0 ? 'ours' : this.takeNumber(others)
    return this.isOrdered ? this.ahead(others) : this.awaitOrder(others)
  }

  /** From now on the lock is ours, and we show that we live. */
  hold(): Unlock {
    this.beat = setInterval(() => {
      // A missed beat is no harm, and the next one comes.
      void this.inTurn(() => this.showAgain()).catch(() => undefined)
    }, BEAT_MS)
    this.beat.unref()
    return () => this.leave()
  }

  /** Goes away. What cannot be removed is told: others find it silent after a while. */
  async leave(level: 'warning' | 'debug' = 'warning'): Promise<void> {
    clearInterval(this.beat)
    const away = (): Promise<void> => this.inTurn(() => this.removeMarks(this.marks))
    try {
      await away().catch(away)
    } catch (error) {
      this.tools.logger[level](
        `The lock ${this.marks.join(', ')} of ${this.lock.place.name} could not be given back, so the next run has to wait for it: ${messageOf(error)}`,
      )
    }
  }

  private async comeAgain(): Promise<Turn> {
    await this.enter()
    return null
  }

  private async takeNumber(others: readonly Mark[]): Promise<Turn> {
    this.number = 1 + Math.max(...others.map(({ number }) => number))
    await this.putMark()
    await this.inTurn(() => this.removeMarks(this.marks.slice(0, -1)))
    return this.look()
  }

  private awaitOrder(others: readonly Mark[]): Promise<Turn> {
    const unordered = others.find(({ number }) => number === 0)
    if (unordered !== undefined) return Promise.resolve(this.owners.get(unordered.token) ?? null)
    this.isOrdered = true
    // What came in while the list was made may be missing in it; a list from now on has all that can go before us.
    return this.look()
  }

  private ahead(others: readonly Mark[]): Turn {
    const [first] = others
      .filter(({ number }) => number !== 0)
      .filter(({ number, token }) => number < this.number || (number === this.number && token < this.mine.token))
      .sort((a, b) => a.number - b.number || (a.token < b.token ? -1 : 1))
    return first === undefined ? 'ours' : (this.owners.get(first.token) ?? null)
  }

  /** Those of whom it is not known that they are dead; the marks of the dead are removed. */
  private async living(marks: readonly Mark[]): Promise<Mark[]> {
    const living: Mark[] = []
    for (const mark of marks) {
      if (await this.isDead(mark)) await this.lock.place.remove([mark.file])
      else living.push(mark)
    }
    return living
  }

  private async isDead({ file, token, listed }: Mark): Promise<boolean> {
    let owner = this.owners.get(token)
    if (owner === undefined) {
      const note = await this.lock.place.read(file)
      owner = note === undefined ? null : ownerOf(note)
      if (note !== undefined) this.owners.set(token, owner)
    }
    const life = owner === null ? 'elsewhere' : lifeOf(owner)
    if (life !== 'elsewhere') return life === 'dead'
    return this.silence.of(file, signOf(listed)) > SILENCE_MS
  }

  private async putMark(): Promise<void> {
    const name = `${String(this.number).padStart(8, '0')}-${this.mine.token}.json`
    await this.inTurn(async () => {
      this.marks.push(`${this.lock.folder}/${name}`)
      await this.show()
    })
  }

  /** Writes the mark that counts, anew each time. */
  private async show(): Promise<void> {
    const mark = this.marks.at(-1)
    if (mark === undefined) return
    await this.lock.place.write(mark, `${JSON.stringify({ ...this.mine, beat: ++this.beats })}\n`)
    this.shown = this.tools.clock.monotonic()
  }

  /** A mark that was taken away is not brought back: somebody else may have the lock by now. */
  private async showAgain(): Promise<void> {
    const mark = this.marks.at(-1)
    if (mark === undefined) return
    if ((await this.lock.place.read(mark)) !== undefined) return this.show()
    clearInterval(this.beat)
    this.tools.logger.warning(
      `Another run has taken over ${this.lock.what} of ${this.lock.place.name}, because it did not hear of this one for long (${this.mine.doing}).`,
    )
  }

  private async removeMarks(marks: readonly string[]): Promise<void> {
    if (marks.length === 0) return
    await this.lock.place.remove(marks)
    this.marks = this.marks.filter((mark) => !marks.includes(mark))
  }

  /** Milliseconds since we have shown that we live. */
  private silentFor(): number {
    return this.tools.clock.monotonic() - this.shown
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.writing.then(work, work)
    this.writing = done.catch(() => undefined)
    return done
  }
}

/** What changes with every beat. */
function signOf({ bytes, changed, version }: PlacedFile): string {
  return `${bytes} ${changed.getTime()} ${version ?? ''}`
}

function forgetful({ place, folder }: RemoteLock, doing: string): OperationError {
  return new OperationError({
    doing,
    problem: `${place.name} does not list what was just written to ${folder}`,
    advice: 'Check that nothing else empties that folder, and that the place shows new files at once.',
  })
}
