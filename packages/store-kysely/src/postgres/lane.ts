/** A statement that is sent often: the server plans it once for each connection, by its name. */
export interface NamedStatement {
  readonly name: string
  readonly text: string
}

/** The one connection over which a process writes: what is sent on it is answered in that order. */
export interface PostgresLane {
  query<Row>(statement: NamedStatement, values: readonly unknown[]): Promise<readonly Row[]>
}
