import type { Logger, LogLevel } from '../../ports/index.js'

/** One line that was logged. */
export interface LogLine {
  readonly level: LogLevel
  readonly message: string | undefined
  /** As they were when the line was logged; what cannot be read is left out. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** A logger that keeps its lines, of all levels, and writes nothing. */
export class RecordingLogger implements Logger {
  readonly lines: LogLine[] = []

  debug(fields: object, message?: string): void {
    this.#keep('debug', fields, message)
  }

  info(fields: object, message?: string): void {
    this.#keep('info', fields, message)
  }

  warn(fields: object, message?: string): void {
    this.#keep('warn', fields, message)
  }

  error(fields: object, message?: string): void {
    this.#keep('error', fields, message)
  }

  #keep(level: LogLevel, fields: object, message: string | undefined): void {
    this.lines.push({ level, message, fields: membersOf(fields) })
  }
}

function membersOf(fields: object): Readonly<Record<string, unknown>> {
  const members: [string, unknown][] = []
  try {
    for (const name of Object.keys(fields)) {
      try {
        members.push([name, (fields as Record<string, unknown>)[name]])
      } catch {
        // A getter that throws harms the other members as little as the one who logs.
      }
    }
  } catch {
    // A proxy may refuse even its names.
  }
  return Object.fromEntries(members)
}
