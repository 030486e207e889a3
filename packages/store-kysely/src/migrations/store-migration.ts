import type { Kysely } from 'kysely'
import type { TableNames } from '../table-names.js'

export type DialectName = 'postgres' | 'sqlite'

/** One step from the tables of a version to those of the next, and back. It never changes once it was published. */
export interface StoreMigration {
  /** Names sort in the order in which migrations are done. */
  readonly name: string
  readonly up: (db: Kysely<unknown>, names: TableNames, dialect: DialectName) => Promise<void>
  readonly down: (db: Kysely<unknown>, names: TableNames, dialect: DialectName) => Promise<void>
}
