import { withConnection } from './connection.ts'
import { oldestMajor } from './place.ts'
import type { PostgresServer } from './server.ts'
import { createDatabase } from './test-database.ts'

/** A server that runs already, after a look whether databases can be created in it. */
export async function openGivenServer(url: string): Promise<PostgresServer> {
  const { version, number, mayCreate } = await look(url)
  if (number < oldestMajor * 10_000) {
    throw new Error(`it is PostgreSQL ${version}, and the tests need ${oldestMajor} or newer`)
  }
  if (!mayCreate) throw new Error('its user may not create databases: `alter role … createdb` lets it')
  return {
    url,
    port: Number(new URL(url).port || 5432),
    pid: 0,
    version,
    dataFolder: '',
    logFile: '',
    origin: 'given',
    passedOver: [],
    database: () => createDatabase(url),
    stop: () => Promise.reject(refusal('stopped')),
    start: () => Promise.reject(refusal('started')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

async function look(url: string): Promise<{ version: string; number: number; mayCreate: boolean }> {
  if (!URL.canParse(url)) throw new Error('it is no URL; one is like postgres://user:password@127.0.0.1:5432/postgres')
  return await withConnection({ connectionString: url }, async (client) => {
    const { rows } = await client.query(`
      select split_part(current_setting('server_version'), ' ', 1) as version,
             current_setting('server_version_num')::int as number,
             rolsuper or rolcreatedb as "mayCreate"
        from pg_roles where rolname = current_user`)
    return rows[0]
  })
}

function refusal(what: string): Error {
  return new Error(
    `The server of BATON_TEST_POSTGRES_URL is not ours and cannot be ${what}: ` +
      'start one with `startPostgres({ own: true })` for a test that does.',
  )
}
