import type { Logger, LogLevel, Meter, Tracer } from '../ports/index.js'

/** A meter that measures nothing: what fills the port when nobody else does. */
export const silentMeter: Meter = { add() {}, record() {} }

/** A tracer that traces nothing. */
export const silentTracer: Tracer = {
  span: (_name, _attributes, run) => run({ traceparent: undefined, set() {} }),
}

/** A logger that writes to another one, which may be changed: until plugins have started, theirs is not there yet. */
export class LateLogger implements Logger {
  #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  becomes(logger: Logger): void {
    this.#logger = logger
  }

  debug(fields: object, message?: string): void {
    this.#write('debug', fields, message)
  }

  info(fields: object, message?: string): void {
    this.#write('info', fields, message)
  }

  warn(fields: object, message?: string): void {
    this.#write('warn', fields, message)
  }

  error(fields: object, message?: string): void {
    this.#write('error', fields, message)
  }

  // The port says that a logger does not throw; one that does must not be what work fails by.
  #write(level: LogLevel, fields: object, message: string | undefined): void {
    try {
      this.#logger[level](fields, message)
    } catch {}
  }
}
