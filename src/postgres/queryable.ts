/** What can be asked a question: a session, or a test's own client. Numbers beyond 2^53 come as strings, as `pg` gives them. */
export interface Queryable {
  /**
   * The rows of one statement. Rejects with the server's error.
   *
   * Where parameters are given, even none, the server takes one statement and refuses a text that holds several.
   */
  query<T>(sql: string, params?: readonly unknown[]): Promise<T[]>
}

/** What can also give the rows of a table as they are copied. */
export interface RowSource extends Queryable {
  /**
   * Runs `COPY … TO STDOUT`; `onRow` gets each row as the server writes it, with its line feed, and must neither keep the
   * buffer nor throw. Rejects as `query` does.
   */
  copyOut(sql: string, onRow: (row: Buffer) => void): Promise<void>
}
