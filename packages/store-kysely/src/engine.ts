import type { ClaimAnswer, ClaimRequest, Deletion, Lease, Outcome, StateStore, Write } from '@baton/core/ports'
import type { Kysely, RawBuilder } from 'kysely'
import type { Columns } from './head-columns.js'
import type { HeadRow, RecordRow } from './rows.js'
import type { TableNames } from './table-names.js'
import type { Tables } from './tables.js'

/** A write that was refused; what stands in its place is read afterwards. */
export const refused = Symbol('refused')

/** Leases that lapsed longer ago than this are of no use to anybody. */
export const forgottenAfterMs = 86_400_000

/** An answer to a write, but for the head of one that was refused. */
export type Answer = (Outcome & { readonly accepted: true }) | typeof refused

/** A statement that is sent often: a server plans it once for each connection, by its name. */
export interface NamedStatement {
  readonly name: string
  readonly text: string
}

/** Which records of a run are wanted beside its head: those after a key, of a kind if there is one, and at most so many. */
export interface Wanted {
  readonly tenant: string
  readonly id: string
  readonly after: string
  readonly kind: string | null
  readonly most: number
}

/** A row of what is read: of a head, or of a record; the columns of the other are null. */
export type ReadRow = HeadRow & RecordRow

/** What one kind of database does in its own SQL. Everything it is given was checked. */
export interface StateEngine {
  readonly words: Words
  append(writes: readonly Write[]): Promise<readonly Answer[]>
  claim(request: ClaimRequest): Promise<ClaimAnswer>
  /** How many runs it reads at once. */
  readonly mostRead: number
  /** Reads runs: of each the row of its head, then those of its records in the order of their keys; none where there is no such run. */
  read(wanted: readonly Wanted[]): Promise<readonly (readonly ReadRow[])[]>
  delete(deletion: Deletion): Promise<number>
  readonly listen?: StateStore['listen']
}

/** How leases are kept in one kind of database. */
export interface LeaseEngine {
  acquire(key: string, owner: string, leaseMs: number): Promise<number | undefined>
  extend(leases: readonly Lease[], leaseMs: number): Promise<readonly boolean[]>
  release(leases: readonly Lease[]): Promise<void>
  read(key: string): Promise<(Lease & { readonly remainingMs: number }) | undefined>
}

/** The words in which databases differ, for the statements that they share. */
export interface Words extends Columns {
  /** Milliseconds since 1970, as a time. */
  time(ms: number): RawBuilder<unknown>
  /** The numbers of the runs that some claim would take now, as a subquery. */
  dueRuns(): RawBuilder<unknown>
  /** Whether a tenant's runs are found newest first only workflow by workflow. */
  readonly listsByWorkflow: boolean
}

/** A database with the tables in it. */
export interface Database {
  readonly db: Kysely<Tables>
  readonly names: TableNames
}
