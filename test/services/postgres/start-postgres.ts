import { findPostgres, givenUrl } from './find-postgres.ts'
import { openGivenServer } from './given-server.ts'
import { OwnServer } from './own-server.ts'
import { describePlace, type PostgresPlace } from './place.ts'
import type { PostgresServer } from './server.ts'

/** What kind of server a test needs. */
export interface PostgresOptions {
  /** Options of the server besides the usual ones; only a server of our own can have any. */
  readonly settings?: Readonly<Record<string, string>>
  /** For tests that stop their server or give it options: a given one is left alone. */
  readonly own?: boolean
}

/** Starts a server of the first place that has one, or takes the one that is given. */
export function startPostgres({ settings = {}, own }: PostgresOptions = {}): Promise<PostgresServer> {
  return startFrom(findPostgres({ own }), settings)
}

/** Starts a server of the first of these places where that works. */
export async function startFrom(
  places: readonly PostgresPlace[],
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const passedOver: string[] = []
  for (const place of places) {
    try {
      if (place.lacks !== undefined) throw new Error(place.lacks)
      return await startAt(place, settings, passedOver)
    } catch (error) {
      passedOver.push(`${describePlace(place)}: ${(error as Error).message}`)
    }
  }
  throw new Error(
    `No PostgreSQL for the tests. Tried, in this order:\n${passedOver.map((line) => `  ${line}\n`).join('')}${remedy}`,
  )
}

function startAt(
  { origin, where }: PostgresPlace,
  settings: Readonly<Record<string, string>>,
  passedOver: readonly string[],
): Promise<PostgresServer> {
  if (origin !== 'given') return OwnServer.open({ binaries: { origin, where }, settings, passedOver: [...passedOver] })
  if (Object.keys(settings).length > 0) {
    throw new Error('a given server takes no options: ask for one of our own with `own: true`')
  }
  return openGivenServer(givenUrl() ?? '')
}

const remedy = `Do one of these, then run the same command again:
  install the npm packages with the optional ones: npm ci --include=optional
  Debian, Ubuntu: apt-get install postgresql
  Fedora: dnf install postgresql-server
  macOS: brew install postgresql@17
  Windows: the installer of https://www.postgresql.org/download/windows
  set BATON_TEST_POSTGRES_BIN to the folder of the programs postgres and initdb
  set BATON_TEST_POSTGRES_URL to the URL of a running server whose user may create databases`
