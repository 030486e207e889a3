import { token } from '../protocol/index.js'
import type { Attributes } from './meter.js'

/** Where spans go. While `run` is under way its span is the current one, so that the host's own spans nest in it. */
export interface Tracer {
  /**
   * Opens a span, calls `run` with it at once and once, and closes it when what `run` returned has settled.
   *
   * - Returns exactly what `run` returns, or throws what it throws: the same promise or value, never a wrapped one.
   * - A span whose `run` throws or rejects is marked as failed.
   * - `traceparent` in `options` is the remote parent; without a valid one the current span is the parent, or there is none.
   */
  span<Result>(
    name: string,
    attributes: Attributes,
    run: (span: Span) => Result,
    options?: { readonly traceparent?: string | undefined },
  ): Result
}

/** One span under way. */
export interface Span {
  /** The W3C `traceparent` by which another process can continue it; undefined when it is not recorded. */
  readonly traceparent: string | undefined
  /** Adds attributes; later values of a name replace earlier ones. After the span's end it does nothing. */
  set(attributes: Attributes): void
}

export const tracer = token<Tracer>('baton.tracer')
