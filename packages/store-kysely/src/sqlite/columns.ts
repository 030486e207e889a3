import type { Columns } from '../head-columns.js'

/** SQLite's numbers are plain ones as they are, and its times are milliseconds. */
export const sqliteColumns: Columns = { number: (column) => column, millis: (column) => column }
