import { errorText, isFailure } from '@baton/core/ports'
import { storeFailure } from './failures.js'

type Code =
  | 'store.unavailable'
  | 'store.blocked'
  | 'store.closed'
  | 'store.denied'
  | 'store.cannot_open'
  | 'store.no_tables'
  | 'store.full'
  | 'store.read_only'
  | 'store.corrupt'
  | 'store.refused'

/** What somebody has to see to, and does not lie in what was asked. */
const ofStore: ReadonlySet<Code> = new Set([
  'store.denied',
  'store.cannot_open',
  'store.no_tables',
  'store.full',
  'store.read_only',
  'store.corrupt',
])

/** What SQLSTATEs mean, by how they begin; the first match counts. */
const sqlStates: readonly (readonly [string, Code])[] = [
  ['53100', 'store.full'],
  ['42501', 'store.denied'],
  ['42P01', 'store.no_tables'],
  ['42703', 'store.no_tables'],
  ['3F000', 'store.no_tables'],
  ['3D000', 'store.denied'],
  ['28', 'store.denied'],
  ['XX001', 'store.corrupt'],
  ['XX002', 'store.corrupt'],
  // A server that has become a replica, or a connection that was routed to one: another may be found.
  ['25006', 'store.unavailable'],
  // Connections, resources, deadlocks, locks and statements that took too long, shutting down.
  ['08', 'store.unavailable'],
  ['40', 'store.blocked'],
  ['53', 'store.unavailable'],
  ['55P03', 'store.blocked'],
  ['57014', 'store.blocked'],
  ['57', 'store.unavailable'],
  ['58', 'store.unavailable'],
  ['25P03', 'store.unavailable'],
  // A connection that is not what it was: a pooler has given it to others meanwhile. Another one is taken.
  ['26000', 'store.unavailable'],
  ['42P05', 'store.unavailable'],
  ['25P02', 'store.unavailable'],
  ['0A000', 'store.unavailable'],
]

/** What SQLite's result codes mean. */
const sqliteCodes: Readonly<Record<number, Code>> = {
  3: 'store.denied', // PERM
  4: 'store.unavailable', // ABORT
  5: 'store.unavailable', // BUSY
  6: 'store.unavailable', // LOCKED
  7: 'store.unavailable', // NOMEM
  8: 'store.read_only', // READONLY
  9: 'store.unavailable', // INTERRUPT
  10: 'store.unavailable', // IOERR
  11: 'store.corrupt', // CORRUPT
  13: 'store.full', // FULL
  14: 'store.cannot_open', // CANTOPEN
  15: 'store.unavailable', // PROTOCOL: too many at once came for the lock
  23: 'store.denied', // AUTH
  26: 'store.corrupt', // NOTADB
}

const sqliteNames: Readonly<Record<string, number>> = {
  PERM: 3,
  BUSY: 5,
  LOCKED: 6,
  NOMEM: 7,
  READONLY: 8,
  INTERRUPT: 9,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  PROTOCOL: 15,
  AUTH: 23,
  NOTADB: 26,
}

/** What a driver's error means, as a failure of ours with that error as its cause; a failure of ours stays what it is. */
export function failureOf(error: unknown, doing: string): unknown {
  if (isFailure(error) || isAbort(error)) return error
  const code = codeOf(error)
  const details = { doing, because: becauseOf(error) }
  if (code === 'store.blocked') return storeFailure(code, { ...details, blames: 'write' }, error)
  return storeFailure(code, ofStore.has(code) ? { ...details, blames: 'store' } : details, error)
}

/** Whether an error means that a unique key is there already. */
export function isDuplicate(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === '23505'
}

/** Whether SQLite could not get its lock at once. */
export function isBusy(error: unknown): boolean {
  const number = sqliteNumber(error)
  return number === 5 || number === 6 || number === 15 || isWithin(error)
}

function codeOf(error: unknown): Code {
  const number = sqliteNumber(error)
  if (number !== undefined) return ofSqlite(number, error)
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown }
  // The codes of the system, such as EPIPE, can look like those of a server.
  if (typeof code === 'string' && syscall === undefined && /^[0-9A-Z]{5}$/.test(code)) {
    return sqlStates.find(([begin]) => code.startsWith(begin))?.[1] ?? 'store.refused'
  }
  if (closed.test(errorText(error))) return 'store.closed'
  if (/does not support SSL/.test(errorText(error))) return 'store.denied'
  // A value that a driver cannot take or give stays one, however often it is asked.
  if (typeof code === 'string' && /^ERR_(OUT_OF_RANGE|INVALID_ARG)/.test(code)) return 'store.refused'
  // Whose certificate is not trusted now is not trusted later.
  if (typeof code === 'string' && /CERT|^ERR_TLS|^UNABLE_TO_/.test(code)) return 'store.denied'
  // Drivers tell of lost connections by errors without a SQLSTATE: of the network, or of their own.
  return error instanceof TypeError || error instanceof RangeError ? 'store.refused' : 'store.unavailable'
}

/** What drivers, pools and Kysely say of what was closed. */
const closed = /driver has already been destroyed|after calling end on the pool|database( connection)? is not open/

/** Whether whoever has handed a connection in is within a transaction of his own. */
function isWithin(error: unknown): boolean {
  return sqliteNumber(error) === 1 && errorText(error).includes('within a transaction')
}

function ofSqlite(number: number, error: unknown): Code {
  if (number === 1 && /no such (table|column)|has no column/.test(errorText(error))) return 'store.no_tables'
  return isWithin(error) ? 'store.unavailable' : (sqliteCodes[number] ?? 'store.refused')
}

/** The result code of SQLite, as Node's own driver and better-sqlite3 tell it. */
function sqliteNumber(error: unknown): number | undefined {
  const { errcode, code } = (error ?? {}) as { errcode?: unknown; code?: unknown }
  if (typeof errcode === 'number') return errcode & 0xff
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return undefined
  const [, , name = ''] = /^(SQLITE_)([A-Z]+)/.exec(code) ?? []
  return sqliteNames[name] ?? 1
}

function isAbort(error: unknown): boolean {
  return (error as { name?: unknown } | undefined)?.name === 'AbortError'
}

/** Connecting to a name with several addresses fails with an error for each, and no text of its own. */
function becauseOf(error: unknown): string {
  const { errors } = (error ?? {}) as { errors?: unknown }
  const text = errorText(error)
  if (text !== '' && !text.startsWith('AggregateError')) return text
  return Array.isArray(errors) && errors.length > 0 ? errors.map(errorText).join('; ') : text
}
