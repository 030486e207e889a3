import type { NamedStatement } from '../engine.js'

/** The one connection over which a process writes: what is sent on it is answered in that order. */
export interface PostgresLane {
  query<Row>(statement: NamedStatement, values: readonly unknown[]): Promise<readonly Row[]>
}
