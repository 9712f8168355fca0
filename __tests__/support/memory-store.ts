import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Manifest, type Proof } from '../../src/backup/manifest.js'
import { OperationError } from '../../src/errors.js'
import { ifThere } from '../../src/platform/file-errors.js'
import { formatLine, timeOfLine, type LogLine } from '../../src/records/log.js'
import type {
  BrokenSet,
  IncomingSet,
  Leftover,
  Listing,
  OldLog,
  Store,
  StoredSet,
  Unlock,
} from '../../src/stores/store.js'

type SetName = Pick<StoredSet, 'id' | 'type'>

/**
 * A store that remembers its sets in memory and keeps only their folders on disk, where callers write and read them. It
 * keeps every promise of `Store` but durability. Dispose of it when done.
 */
export class MemoryStore implements Store {
  readonly name = 'memory'
  /** Faults to play: what `remove` throws for `type/id`. */
  readonly removalFaults = new Map<string, Error>()
  readonly broken: BrokenSet[] = []
  private readonly sets = new Map<string, StoredSet>()
  private readonly log: LogLine[] = []

  private lockHeld: Promise<void> = Promise.resolve()

  private constructor(private readonly root: string) {}

  static async create(): Promise<MemoryStore> {
    return new MemoryStore(await mkdtemp(join(tmpdir(), 'pg-lifeboat-memory-store-')))
  }

  async dispose(): Promise<void> {
    await rm(this.root, { recursive: true, force: true })
  }

  /** Commits a set that has this manifest and no file that it lists. */
  async plant(manifest: Manifest): Promise<void> {
    const incoming = await this.begin(manifest.id, manifest.type)
    await writeFile(join(incoming.folder, 'manifest.json'), JSON.stringify(manifest))
    await incoming.commit()
  }

  checkWritable(): Promise<void> {
    return Promise.resolve()
  }

  freeBytes(): Promise<number | null> {
    return Promise.resolve(null)
  }

  series(): Promise<string | null> {
    const [first] = this.sets.values()
    return Promise.resolve(first?.manifest.series ?? null)
  }

  list(): Promise<Listing> {
    const sets = [...this.sets.values()].sort((a, b) => (a.id < b.id ? 1 : -1))
    return Promise.resolve({ sets, broken: [...this.broken] })
  }

  async begin(id: string, type: string): Promise<IncomingSet> {
    const folder = join(this.root, '.incoming', `${type}-${id}`)
    await mkdir(folder, { recursive: true })
    let isOpen = true
    return {
      folder,
      send: () => Promise.resolve(),
      commit: async () => {
        const committed = await this.commit(folder, { id, type })
        isOpen = false
        return { folder: committed, location: committed }
      },
      discard: async () => {
        if (isOpen) await rm(folder, { recursive: true, force: true })
      },
    }
  }

  open(set: SetName): Promise<string> {
    return this.sets.has(nameOf(set)) ? Promise.resolve(this.folderOf(set)) : Promise.reject(unknownSet(set))
  }

  async readText(set: SetName, file: string): Promise<string | undefined> {
    return ifThere(readFile(join(this.folderOf(set), file), 'utf8'))
  }

  letGo(): Promise<void> {
    return Promise.resolve()
  }

  /** By the manifest alone, as everything here. */
  async put(folder: string, set: SetName): Promise<void> {
    const text = await readFile(join(folder, 'manifest.json'), 'utf8')
    const there = this.sets.get(nameOf(set))
    if (there !== undefined && isDeepStrictEqual(there.manifest, Manifest.parse(JSON.parse(text)))) return
    const incoming = await this.begin(set.id, set.type)
    try {
      await cp(folder, incoming.folder, { recursive: true })
      await incoming.commit()
    } finally {
      await incoming.discard()
    }
  }

  addProof(set: SetName, proof: Proof): Promise<void> {
    const stored = this.sets.get(nameOf(set))
    if (stored === undefined) return Promise.reject(unknownSet(set))
    this.sets.set(nameOf(set), { ...stored, proof })
    return Promise.resolve()
  }

  async remove(set: SetName): Promise<void> {
    const fault = this.removalFaults.get(nameOf(set))
    if (fault !== undefined) throw fault
    if (!this.sets.delete(nameOf(set))) throw unknownSet(set)
    await rm(this.folderOf(set), { recursive: true, force: true })
  }

  async sweep(): Promise<string[]> {
    await rm(join(this.root, '.incoming'), { recursive: true, force: true })
    return []
  }

  leftovers(): Promise<Leftover[]> {
    return Promise.resolve([])
  }

  /** Waits for whoever holds it, in the order of asking. */
  async lock(): Promise<Unlock> {
    const before = this.lockHeld
    let release = (): void => undefined
    this.lockHeld = new Promise((resolve) => (release = resolve))
    await before
    return () => {
      release()
      return Promise.resolve()
    }
  }

  appendLog(line: LogLine): Promise<void> {
    this.log.push(line)
    return Promise.resolve()
  }

  readLog(since: Date): Promise<{ lines: LogLine[]; unreadable: number }> {
    return Promise.resolve({ lines: this.log.filter((line) => timeOfLine(line) >= since), unreadable: 0 })
  }

  removeLogsBefore(day: string, { dryRun = false } = {}): Promise<OldLog[]> {
    const gone = this.log.filter((line) => line.operation !== 'drill' && line.timestamp.slice(0, 10) < day)
    if (!dryRun) this.log.splice(0, this.log.length, ...this.log.filter((line) => !gone.includes(line)))
    const days = new Map<string, number>()
    for (const line of gone) {
      const of = line.timestamp.slice(0, 10)
      days.set(of, (days.get(of) ?? 0) + Buffer.byteLength(formatLine(line)))
    }
    return Promise.resolve([...days].sort().map(([of, bytes]) => ({ day: of, bytes })))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  private async commit(folder: string, set: SetName): Promise<string> {
    if (this.sets.has(nameOf(set))) {
      throw new OperationError({
        doing: `committing ${nameOf(set)}`,
        problem: 'a set of that id is already there',
        advice: 'Take another.',
      })
    }
    const manifest = Manifest.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')))
    const bytes = manifest.files.reduce((sum, { size }) => sum + size, 0)
    await mkdir(join(this.root, set.type), { recursive: true })
    await rename(folder, this.folderOf(set))
    this.sets.set(nameOf(set), { ...set, manifest, proof: manifest.proof, bytes })
    return this.folderOf(set)
  }

  private folderOf({ type, id }: SetName): string {
    return join(this.root, type, id)
  }
}

function nameOf({ type, id }: SetName): string {
  return `${type}/${id}`
}

function unknownSet(set: SetName): OperationError {
  return new OperationError({
    doing: `looking for ${nameOf(set)}`,
    problem: 'there is no such set',
    advice: 'List them.',
  })
}
