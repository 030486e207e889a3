import { token } from '../protocol/index.js'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/**
 * Where log lines go. A pino logger is one as it is.
 *
 * No method throws, whatever the fields hold, waits, changes the fields, or reads them after it has returned. What a level
 * lets through is the logger's own affair.
 */
export interface Logger {
  debug(fields: object, message?: string): void
  info(fields: object, message?: string): void
  warn(fields: object, message?: string): void
  error(fields: object, message?: string): void
}

export const logger = token<Logger>('baton.logger')
