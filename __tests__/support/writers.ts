import type { TestCluster } from './cluster.js'

/** Clients that change the database all the time, as an application does. */
export interface Writers {
  /** Transactions committed so far. */
  committed: () => number
  /** Ends them; rejects when one of them met an error. */
  stop: () => Promise<void>
}

/** One transaction: it changes several tables that belong together, so that any mixture of two instants shows. */
const TRANSACTION = `
  WITH moved AS (UPDATE animals SET weight = weight + 1, name = 'cow ' || $1::text WHERE id = $1::integer % 800 + 1 RETURNING id)
    INSERT INTO parts (animal, note) SELECT id, 'written ' || $1::text FROM moved`
const FURTHER = [
  TRANSACTION,
  `DELETE FROM parts WHERE id = (SELECT min(id) + $1::integer % 7 FROM parts)`,
  `INSERT INTO diary VALUES ('moo ' || $1::text)`,
  `INSERT INTO measures VALUES (date '2024-01-01' + $1::integer % 700, nextval('tickets'))`,
  `UPDATE accounts SET balance = balance + CASE holder WHEN 'farm_reader' THEN $1::integer % 5 ELSE -($1::integer % 5) END`,
  `SELECT lo_put(4242, $1::integer % 6000, int4send($1::integer))`,
]

/** Starts so many clients that write into a farm, each as fast as it can. */
export async function startWriters(cluster: TestCluster, database: string, count = 4): Promise<Writers> {
  let committed = 0
  let stopped = false
  const clients = await Promise.all(Array.from({ length: count }, () => cluster.connect(database)))
  const running = clients.map(async (client, number) => {
    for (let round = number; !stopped; round += count) {
      await client.query('BEGIN')
      for (const statement of FURTHER) {
        await client.query(statement, [round])
      }
      await client.query('COMMIT')
      committed += 1
    }
  })
  const ended = Promise.all(running)
  ended.catch(() => undefined) // `stop` tells it
  return {
    committed: () => committed,
    stop: async () => {
      stopped = true
      try {
        await ended
      } finally {
        await Promise.all(clients.map((client) => client.end()))
      }
    },
  }
}
