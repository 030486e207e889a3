import { randomBytes } from 'node:crypto'
import { withConnection } from './connection.ts'

/** An empty database that nobody else knows of. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string
  readonly name: string
  /** Removes it, and ends the connections that are still open to it. */
  drop(): Promise<void>
}

/** Creates a database of a random name in the server of a URL, whose user may do that. */
export async function createDatabase(server: string): Promise<TestDatabase> {
  const name = `baton_test_${randomBytes(8).toString('hex')}`
  const run = (sql: string) => withConnection({ connectionString: server }, (client) => client.query(sql))
  // From the template that nobody may connect to: with the other one, a connection to it makes this fail.
  await run(`create database ${name} template template0`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const drop = async () => void (await run(`drop database if exists ${name} with (force)`))
  return { url: url.href, name, drop, [Symbol.asyncDispose]: drop }
}
