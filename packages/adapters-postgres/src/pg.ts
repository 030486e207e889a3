/** The members of a pool of `pg` that are used. */
export interface PgPool {
  connect(): Promise<PgClient>
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>
  end(): Promise<void>
  readonly options?: { readonly max?: number | undefined } | undefined
}

/** The members of a connection of `pg` that are used. */
export interface PgClient {
  query(query: { name?: string; text: string; values?: unknown[] }): Promise<{ readonly rows: unknown[] }>
  on(event: 'error' | 'end' | 'notification', listener: (about: never) => void): unknown
  removeListener(event: 'error' | 'end' | 'notification', listener: (about: never) => void): unknown
  /** With true the connection is closed, and the pool opens another one. */
  release(destroy?: boolean | Error): void
}
