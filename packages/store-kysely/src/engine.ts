import type { ClaimAnswer, ClaimRequest, Deletion, Lease, Outcome, StateStore, Write } from '@baton/core/ports'
import type { Kysely, RawBuilder } from 'kysely'
import type { Columns } from './head-columns.js'
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

/** What one kind of database does in its own SQL. Everything it is given was checked. */
export interface StateEngine {
  readonly words: Words
  append(writes: readonly Write[]): Promise<readonly Answer[]>
  claim(request: ClaimRequest): Promise<ClaimAnswer>
  /** The rows of a statement that only reads. */
  query<Row>(statement: NamedStatement, values: readonly (string | number | null)[]): Promise<readonly Row[]>
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
  /** The parameter of a statement, by its place from 1 on. */
  readonly parameter: (place: number) => string
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
