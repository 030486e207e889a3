import type { CircuitSnapshot, CircuitState } from './circuit-snapshot.js'

/** A circuit as those see it who do not call through it: what it is like, and how it is opened and closed by hand. */
export interface Circuit {
  /** It becomes half-open when the first call asks for it after the break, and not by itself. */
  readonly state: CircuitState
  /** Opens it until it is reset. */
  isolate(): void
  /** Closes it, whatever it was, and forgets all that it counted. */
  reset(): void
  /** What is worth remembering beyond the life of the process. */
  export(): CircuitSnapshot
  /** Goes on from what `export` gave; anything else is refused. */
  restore(snapshot: unknown): void
}
