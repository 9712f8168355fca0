/** What can be asked a question: a session, or a test's own client. Numbers beyond 2^53 come as strings, as `pg` gives them. */
export interface Queryable {
  /**
   * The rows of one statement. Rejects with the server's error.
   *
   * Where parameters are given, even none, the server takes one statement and refuses a text that holds several.
   */
  query<T>(sql: string, params?: readonly unknown[]): Promise<T[]>
}
