export { connectForMigrations } from './connect-for-migrations.js'
export {
  connectPostgres,
  type OpenPostgres,
  openPostgres,
  type PostgresDeps,
  type PostgresSettings,
} from './open-postgres.js'
export type { PgClient, PgPool } from './pg.js'
export { postgres } from './plugin.js'
