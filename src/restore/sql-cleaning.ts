import type { Token } from './sql-roles.js'

/** A part of a script that only drops. */
export interface Cleaning {
  /** Bytes from the beginning of the script; `to` is behind the last one. */
  from: number
  to: number
  statements: number
  /** Whether it drops the schema that every new database has, and which the script then makes. */
  dropsPublic: boolean
}

/** Finds the statements of `pg_dump --clean`, which come before everything else of a script. */
export class CleaningPart {
  private found: Cleaning | null = null
  private isOver = false
  /** Whether one of them fails where there is nothing to drop. */
  private mayFail = false
  /** Where the statement before ended. */
  private ended = 0

  /**
   * Told each statement by its first words.
   *
   * @param at the byte behind it
   * @returns the part so far, or null while none of its statements can fail in an empty database
   */
  follow(head: readonly Token[], at: number): Cleaning | null {
    const isSetting = ['set', 'select'].includes(head[0] ?? '')
    if (!isSetting && !belongs(head)) this.isOver = true
    if (!isSetting && !this.isOver) this.add(head, at)
    this.ended = at
    return this.mayFail ? this.found : null
  }

  private add(head: readonly Token[], at: number): void {
    const { from = this.ended, statements = 0, dropsPublic = false } = this.found ?? {}
    this.mayFail ||= drops(head) && !head.some((token, place) => token === 'if' && head[place + 1] === 'exists')
    const isPublic = head[1] === 'schema' && head.includes('public')
    this.found = { from, to: at, statements: statements + 1, dropsPublic: dropsPublic || isPublic }
  }
}

/** What drops, and the empty views by which pg_dump breaks a circle before it drops. */
function belongs(head: readonly Token[]): boolean {
  return drops(head) || (head[0] === 'create' && head[1] === 'or' && head[3] === 'view')
}

function drops(head: readonly Token[]): boolean {
  return head[0] === 'drop' || (head[0] === 'alter' && head.includes('drop'))
}
