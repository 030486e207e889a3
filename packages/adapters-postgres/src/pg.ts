/** What `pg` answers, as far as it is used. */
export interface PgResult {
  readonly rows: unknown[]
}

/** The members of a pool of `pg` that are used. */
export interface PgPool {
  connect(): Promise<PgClient>
  query(text: string, values?: unknown[]): Promise<PgResult>
  end(): Promise<void>
  on?(event: 'error', listener: (error: Error) => void): unknown
  on?(event: 'connect', listener: (client: PgClient) => void): unknown
  removeListener?(event: 'error', listener: (error: Error) => void): unknown
  removeListener?(event: 'connect', listener: (client: PgClient) => void): unknown
  readonly options?: { readonly max?: number | undefined } | undefined
}

/** The members of a connection of `pg` that are used. */
export interface PgClient {
  query(query: { name?: string; text: string; values?: unknown[] }): Promise<PgResult>
  on(event: 'error' | 'end' | 'notification', listener: () => void): unknown
  removeListener(event: 'error' | 'end' | 'notification', listener: () => void): unknown
  /** With true the connection is closed, and the pool opens another one. */
  release(destroy?: boolean | Error): void
}
