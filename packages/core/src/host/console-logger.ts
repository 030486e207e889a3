import { type Logger, type LogLevel, maskSecrets, maskText } from '../ports/index.js'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

export interface ConsoleLoggerOptions {
  /** The least important level that is written; `silent` writes nothing. */
  readonly level: LogLevel | 'silent'
  /** Whether a line is one JSON object, for machines, or a text, for people. */
  readonly structured: boolean
  /** Where lines go: standard error unless said otherwise, so that a program's output stays its own. */
  readonly write?: (line: string) => void
  readonly now: () => number
}

/** A logger that writes lines to standard error, without secrets. */
export function consoleLogger({ level, structured, write = writeToStderr, now }: ConsoleLoggerOptions): Logger {
  const least = level === 'silent' ? levels.length : levels.indexOf(level)
  const line = structured ? structuredLine : plainLine
  const at = (own: LogLevel) => {
    if (levels.indexOf(own) < least) return () => {}
    return (fields: object, message?: string) => {
      // Logging must never be what fails: a getter in the fields may throw, the stream may be gone.
      try {
        write(line(now(), own, fields, message))
      } catch {}
    }
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function structuredLine(now: number, level: LogLevel, fields: object, message: string | undefined): string {
  return JSON.stringify({
    time: new Date(now).toISOString(),
    level,
    ...(message !== undefined && { message: maskText(message) }),
    ...(maskSecrets(fields) as object),
  })
}

function plainLine(now: number, level: LogLevel, fields: object, message = ''): string {
  const details = JSON.stringify(maskSecrets(fields))
  return `${new Date(now).toISOString()} ${level.padEnd(5)} ${maskText(message)}${details === '{}' ? '' : ` ${details}`}`
}

function writeToStderr(line: string): void {
  process.stderr.write(`${line}\n`)
}
