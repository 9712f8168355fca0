import type pg from 'pg'

/** What `pg` hands a statement of its own kind the server's answers through; it knows COPY only to refuse it. */
type Answers = Pick<pg.Submittable, 'submit'> & {
  handleCopyData: (message: { chunk: Buffer }) => void
  handleCommandComplete: () => void
  handleReadyForQuery: () => void
  handleError: (error: unknown) => void
}

/**
 * Runs `COPY … TO STDOUT` and hands on each row as it comes, with its line feed; the server sends each in a message of its
 * own. The row is only valid during the call. Nothing is kept, and while a row is worked on the server waits, so memory
 * does not grow with the table.
 *
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */
export function copyOut(client: pg.Client, sql: string, onRow: (row: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: { error: unknown } | undefined
    const statement: Answers = {
      submit: (connection) => {
        connection.query(sql)
      },
      handleCopyData: ({ chunk }) => {
        try {
          if (failure === undefined) onRow(chunk)
        } catch (error) {
          failure = { error } // thrown on from here, it would end the process
        }
      },
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => {
        if (failure === undefined) resolve()
        else reject(failure.error as Error)
      },
      handleError: reject,
    }
    client.query(statement)
  })
}
