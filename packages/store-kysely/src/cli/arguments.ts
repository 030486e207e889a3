import { parseArgs } from 'node:util'
import { defaultPrefix } from '../table-names.js'
import type { DialectName } from '../migrations/store-migration.js'

/** What the command line asks for. */
export interface MigrateArguments {
  readonly action: 'status' | 'up' | 'down' | 'print'
  readonly dialect: DialectName
  /** The URL of a server, or the path of a file. */
  readonly database: string
  readonly schema: string | undefined
  readonly prefix: string
  readonly isSure: boolean
}

export const usage = `Usage: baton migrate <status | up | down | print> [options]

  status   which migrations the database has had, and which it lacks
  up       does those that it lacks
  down     takes the last one back, with all data in the tables that it made
  print    prints the statements of all of them; needs no database

  --database <url | file>  postgres://user@host/name, or the path of a SQLite file;
                           unless given: ORCHESTRATOR_POSTGRES_URL, else ORCHESTRATOR_SQLITE_FILE
  --dialect <name>         with print: postgres or sqlite, in place of a database
  --schema <name>          the schema of the tables (PostgreSQL); unless given: ORCHESTRATOR_POSTGRES_SCHEMA
  --prefix <text>          what the names of the tables begin with; unless given: ORCHESTRATOR_POSTGRES_PREFIX
                           or ORCHESTRATOR_SQLITE_PREFIX, else ${defaultPrefix}
  --yes                    with down: yes, the data may go
`

/** What is wrong with a command line, in words for who wrote it. */
export interface Mistake {
  readonly mistake: string
}

/** Reads a command line; the environment says where the database is, where it does not. */
export function readArguments(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): MigrateArguments | Mistake {
  const parsed = parse(words)
  if ('mistake' in parsed) return parsed
  const { values, positionals } = parsed
  const [command, action, ...more] = positionals
  if (command !== 'migrate') return { mistake: `'${command ?? ''}' is no command; there is: migrate` }
  if (more.length > 0) return { mistake: `'${more.join(' ')}' is more than was expected` }
  if (action !== 'status' && action !== 'up' && action !== 'down' && action !== 'print') {
    return { mistake: action === undefined ? 'migrate what?' : `'${action}' is nothing that migrate does` }
  }
  const { yes = false } = values
  const database = values.database ?? env.ORCHESTRATOR_POSTGRES_URL ?? env.ORCHESTRATOR_SQLITE_FILE
  const dialect = values.dialect ?? (database === undefined ? undefined : dialectOf(database))
  if (dialect !== 'postgres' && dialect !== 'sqlite') {
    return {
      mistake:
        dialect === undefined ? 'no database was given' : `'${dialect}' is no dialect; there are: postgres, sqlite`,
    }
  }
  if (database === undefined && action !== 'print') return { mistake: 'no database was given' }
  if (database !== undefined && dialect === 'sqlite' && looksLikeUrl(database)) {
    return { mistake: 'the database is neither a URL of the form postgres://user@host/name nor the path of a file' }
  }
  if (values.schema !== undefined && dialect === 'sqlite') return { mistake: 'a file has no schemas' }
  // The names of the plugins' own variables: what holds for them holds here.
  const ofDialect = `ORCHESTRATOR_${dialect.toUpperCase()}`
  const schema = values.schema ?? (dialect === 'postgres' ? env[`${ofDialect}_SCHEMA`] : undefined)
  const prefix = values.prefix ?? env[`${ofDialect}_PREFIX`] ?? defaultPrefix
  return { action, dialect, database: database ?? '', schema, prefix, isSure: yes }
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        database: { type: 'string' },
        dialect: { type: 'string' },
        schema: { type: 'string' },
        prefix: { type: 'string' },
        yes: { type: 'boolean' },
      },
    })
  } catch (error) {
    return { mistake: (error as Error).message }
  }
}

function dialectOf(database: string): DialectName {
  return /^postgres(ql)?:\/\//i.test(database) ? 'postgres' : 'sqlite'
}

/** A mistyped URL would otherwise be made a file of, with the password in its name. */
function looksLikeUrl(database: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(database) || /:[^/\\]*@/.test(database)
}
