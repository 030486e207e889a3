export { connectForMigrations } from './connect-for-migrations.js'
export type { SqliteDatabase, SqlitePrepared } from './database.js'
export { connectSqlite, type OpenSqlite, openSqlite, type SqliteDeps, type SqliteSettings } from './open-sqlite.js'
export { sqlite } from './plugin.js'
