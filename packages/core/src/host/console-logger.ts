import { isError, type Logger, type LogLevel, maskSecrets, maskText } from '../ports/index.js'

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
export function consoleLogger({ level, structured, write = console.error, now }: ConsoleLoggerOptions): Logger {
  const least = level === 'silent' ? levels.length : levels.indexOf(level)
  const line = structured ? structuredLine : plainLine
  const at = (own: LogLevel) => {
    if (levels.indexOf(own) < least) return () => {}
    return (fields: object, message?: string) => {
      // Logging must never be what fails: the fields may be anything, the stream may be gone.
      try {
        write(line(now(), own, fields, message))
      } catch {}
    }
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function structuredLine(now: number, level: LogLevel, fields: object, message: string | undefined): string {
  const own = {
    time: new Date(now).toISOString(),
    level,
    ...(message !== undefined && { message: maskText(message) }),
  }
  // First and last: they stand in front, and no field can pretend to be one of them.
  return JSON.stringify(Object.assign({ ...own }, readable(fields), own))
}

function plainLine(now: number, level: LogLevel, fields: object, message = ''): string {
  const details = JSON.stringify(readable(fields))
  // A line is a line: a message with line breaks could pretend to be several.
  const text = maskText(message).replace(/[\r\n\u2028\u2029]+/g, ' ')
  return `${new Date(now).toISOString()} ${level.padEnd(5)} ${text}${details === '{}' ? '' : ` ${details}`}`
}

/** The fields without secrets; errors among them with their stacks. */
function readable(fields: object): object {
  const masked = maskSecrets(fields) as Record<string, unknown>
  for (const name of Object.keys(fields)) {
    const field = memberOf(fields, name)
    if (isError(field) && typeof field.stack === 'string') {
      masked[name] = { ...(masked[name] as object), stack: maskText(field.stack) }
    }
  }
  return masked
}

function memberOf(fields: object, name: string): unknown {
  try {
    return (fields as Record<string, unknown>)[name]
  } catch {
    return undefined
  }
}
