import { DamagedError } from '../errors.js'

/** What the list of contents of a dump in directory format says of its files. */
export interface TocFiles {
  /** The files that hold rows and large objects, as their entries name them. */
  names: string[]
}

/** The forms of the list that pg_dump 9.0 to 18 write: 1.12 to 1.16. */
const OLDEST = 1_12
const NEWEST = 1_16

/** The largest text that an entry may hold; PostgreSQL allows no larger one either. */
const LONGEST = 1024 * 1024 * 1024

/**
 * Reads the names of the files out of a `toc.dat`, as pg_restore does, which opens whatever they lead to.
 *
 * The form is that of PostgreSQL's src/bin/pg_dump/pg_backup_archiver.c, `ReadHead` and `ReadToc`.
 *
 * @returns null where it is of a form that is not known here
 * Throws `DamagedError` where it ends too early or holds what it cannot.
 */
export function tocFiles(content: Buffer, name: string): TocFiles | null {
  const reader = new TocReader(content, name)
  const version = reader.head()
  if (version < OLDEST || version > NEWEST) return null
  const names: string[] = []
  for (let left = reader.integer(); left > 0; left -= 1) {
    const file = reader.entry(version)
    if (file !== null && file !== '') names.push(file)
  }
  return { names }
}

class TocReader {
  private at = 0
  private integerSize = 4

  constructor(
    private readonly content: Buffer,
    private readonly name: string,
  ) {}

  /** The version of the form: 114 for 1.14. */
  head(): number {
    if (this.content.toString('latin1', 0, 5) !== 'PGDMP') throw this.damaged('it does not begin as one')
    this.at = 5
    const version = this.byte() * 100 + this.byte()
    this.byte() // the revision
    this.integerSize = this.byte()
    if (this.integerSize < 1 || this.integerSize > 8) throw this.damaged('its integers have no size that there is')
    this.byte() // the size of offsets
    this.byte() // the format: a tar's in directories too
    if (version > NEWEST) return version
    if (version >= 1_15) this.byte()
    else this.integer() // compression
    for (let part = 0; part < 7; part += 1) this.integer() // when it was made
    for (let text = 0; text < 3; text += 1) this.text() // the database, the server's version, pg_dump's version
    return version
  }

  /** One entry; the name of its file, where it has one. */
  entry(version: number): string | null {
    this.integer() // its number
    this.integer() // whether it has data
    for (let text = 0; text < 4; text += 1) this.text() // catalog, oid, tag, description
    this.integer() // section
    for (let text = 0; text < 5; text += 1) this.text() // definition, drop, copy, namespace, tablespace
    if (version >= 1_14) this.text() // table access method
    if (version >= 1_16) this.integer() // kind of relation
    this.text() // owner
    this.text() // WITH OIDS
    for (let dependency = this.text(); dependency !== null;) dependency = this.text()
    return this.text()
  }

  byte(): number {
    const value = this.content[this.at]
    if (value === undefined) throw this.damaged('it ends too early')
    this.at += 1
    return value
  }

  /** A sign, then as many bytes as the head says, the lowest first. */
  integer(): number {
    const sign = this.byte() === 0 ? 1 : -1
    let value = 0
    for (let place = 0; place < this.integerSize; place += 1) value += this.byte() * 256 ** place
    return sign * value
  }

  text(): string | null {
    const length = this.integer()
    if (length < 0) return null
    if (length > LONGEST || this.at + length > this.content.length) throw this.damaged('it ends too early')
    this.at += length
    return this.content.toString('utf8', this.at - length, this.at)
  }

  private damaged(problem: string): DamagedError {
    return new DamagedError({
      doing: `reading the list of contents ${this.name}`,
      problem,
      advice: 'The dump is damaged. Use another one.',
    })
  }
}
