import type { Columns } from '../head-columns.js'

/**
 * SQLite's numbers are plain ones as they are, and its times are milliseconds. A column may hold anything, though: what a driver
 * could not give, or is no number, is given as one that is none of ours, for whoever reads the row to refuse.
 */
const number = (column: string) => `max(-9007199254740992.0, min(${column}, 9007199254740992.0))`

export const sqliteColumns: Columns = { number, millis: number }
