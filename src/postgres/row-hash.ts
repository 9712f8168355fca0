import crypto from 'node:crypto'

import type { AddressGroup } from './addresses.js'
import { unescapedFields } from './copy-text.js'

/** What was counted and hashed of the rows that a COPY gave. */
export interface HashedRows {
  rows: number
  /** A decimal number: the sum of the first 64 bits of each row's SHA-256. */
  fingerprint: string
  /** The rows by the texts of their first fields, where such were asked for and there are not too many of them. */
  groups?: AddressGroup[]
}

/** How many rows are summed up in numbers, which are exact up to 2^53, before they go to the sum without limit. */
const CARRY_AFTER = 2 ** 20

const TAB = 9

// Before 20.12, Node has no hash in one go.
const { hash } = crypto as Partial<Pick<typeof crypto, 'hash'>>
const sha256: (row: Buffer) => Buffer =
  hash === undefined
    ? (row) => crypto.createHash('sha256').update(row).digest()
    : (row) => hash('sha256', row, 'buffer')

/** A sum of hashes, which does not depend on their order and counts a doubled one twice. */
class HashSum {
  rows = 0
  private sum = 0n
  private high = 0
  private low = 0

  add(row: Buffer): void {
    const digest = sha256(row)
    this.high += digest.readUInt32BE(0)
    this.low += digest.readUInt32BE(4)
    this.rows += 1
    if (this.rows % CARRY_AFTER === 0) this.carry()
  }

  get total(): bigint {
    this.carry()
    return this.sum
  }

  private carry(): void {
    this.sum += (BigInt(this.high) << 32n) + BigInt(this.low)
    this.high = 0
    this.low = 0
  }
}

/**
 * Counts and hashes rows as COPY writes them, whatever their order. Nothing of a row is kept.
 *
 * @param options.grouped how many of the first fields make a group; with none, rows are not grouped
 * @param options.most of more groups than these, none are given
 */
export class RowHash {
  private readonly all = new HashSum()
  private groups: Map<string, HashSum> | null

  constructor(private readonly options: { grouped: number; most: number }) {
    this.groups = options.grouped === 0 ? null : new Map()
  }

  add(row: Buffer): void {
    this.all.add(row)
    if (this.groups !== null) this.addToGroup(this.groups, row)
  }

  private addToGroup(groups: Map<string, HashSum>, row: Buffer): void {
    const end = endOfFields(row, this.options.grouped)
    // Another encoding than the row's would do as well: it is only to be told apart, and read where it is ASCII.
    const key = row.toString('latin1', 0, end)
    let group = groups.get(key)
    if (group === undefined) {
      groups.set(key, (group = new HashSum()))
      if (groups.size > this.options.most) this.groups = null
    }
    group.add(row.subarray(end))
  }

  get result(): HashedRows {
    const found = { rows: this.all.rows, fingerprint: String(this.all.total) }
    if (this.groups === null) return found
    const groups = [...this.groups].map(([key, group]): AddressGroup => ({
      texts: unescapedFields(Buffer.from(key, 'latin1').toString('utf8')),
      rows: group.rows,
      fingerprint: String(group.total),
    }))
    return { ...found, groups }
  }
}

/** Where the given number of fields ends: at the tab behind them, or at the line feed. */
function endOfFields(row: Buffer, fields: number): number {
  let at = -1
  for (let field = 0; field < fields; field += 1) {
    at = row.indexOf(TAB, at + 1)
    if (at === -1) return row.length - 1
  }
  return at
}
