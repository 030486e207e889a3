import { Client, type ClientConfig } from 'pg'

/** Works with one connection to a server, and closes it. */
export async function withConnection<T>(to: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionTimeoutMillis: 10_000, ...to })
  // A connection that is lost between two queries says so here, and the next query says it again.
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
