/** Where a server comes from: one that is running already, programs of this system, or programs of the npm registry. */
export type Origin = 'given' | 'installed' | 'packaged'

/** One place where a PostgreSQL may be had, in words that can be printed. */
export interface PostgresPlace {
  readonly origin: Origin
  /** The folder of its programs, or the URL of the server without the password. */
  readonly where: string
  readonly version?: string
  /** Why it is of no use, if it is not. */
  readonly lacks?: string
}

/** The oldest major version that the tests are meant for. */
export const oldestMajor = 14

/** A place in one line. */
export function describePlace({ origin, where, version }: PostgresPlace): string {
  return `${origin}: ${where}${version === undefined ? '' : ` (PostgreSQL ${version})`}`
}
