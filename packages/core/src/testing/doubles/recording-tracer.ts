import { AsyncLocalStorage } from 'node:async_hooks'
import type { Attributes, Span, Tracer } from '../../ports/index.js'

/** One span as it was traced, with those opened within it. */
export interface RecordedSpan {
  readonly name: string
  readonly traceparent: string
  /** The id of the span in which it was opened, also of another process. */
  readonly parentId: string | undefined
  readonly attributes: Attributes
  readonly children: readonly RecordedSpan[]
  readonly isOver: boolean
  readonly failed: boolean
  /** What its work threw or rejected with, when it failed. */
  readonly failure: unknown
}

const continued = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/

/** A tracer that keeps its spans as a tree. Identifiers count up, so that equal tests have equal ones. */
export class RecordingTracer implements Tracer {
  /** The spans that were opened within none of this tracer. */
  readonly roots: RecordedSpan[] = []
  readonly #current = new AsyncLocalStorage<OpenSpan>()
  #count = 0

  span<Result>(
    name: string,
    attributes: Attributes,
    run: (span: Span) => Result,
    options?: { readonly traceparent?: string | undefined },
  ): Result {
    const span = this.#open(name, attributes, options?.traceparent)
    let result: Result
    try {
      result = this.#current.run(span, () => run(span.handle))
    } catch (error) {
      span.end(error, true)
      throw error
    }
    if (isThenable(result))
      result.then(
        () => span.end(undefined, false),
        (error: unknown) => span.end(error, true),
      )
    else span.end(undefined, false)
    return result
  }

  /** All spans, each after the one that it was opened in. */
  get spans(): readonly RecordedSpan[] {
    const all = [...this.roots]
    for (let index = 0; index < all.length; index++) all.push(...(all[index]?.children ?? []))
    return all
  }

  #open(name: string, attributes: Attributes, traceparent = ''): OpenSpan {
    const [, remoteTrace, remoteSpan] = continued.exec(traceparent) ?? []
    const parent = remoteTrace === undefined ? this.#current.getStore() : undefined
    const number = (++this.#count).toString(16)
    const traceId = remoteTrace ?? parent?.traceId ?? number.padStart(32, '0')
    const span = new OpenSpan(name, traceId, number.padStart(16, '0'), remoteSpan ?? parent?.spanId, attributes)
    if (parent === undefined) this.roots.push(span)
    else parent.children.push(span)
    return span
  }
}

class OpenSpan implements RecordedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly traceparent: string
  readonly parentId: string | undefined
  readonly children: RecordedSpan[] = []
  /** What `run` gets: it can add to the span, and not end it. */
  readonly handle: Span
  attributes: Attributes
  isOver = false
  failed = false
  failure: unknown

  constructor(name: string, traceId: string, spanId: string, parentId: string | undefined, attributes: Attributes) {
    this.name = name
    this.traceId = traceId
    this.spanId = spanId
    this.parentId = parentId
    this.attributes = { ...attributes }
    this.traceparent = `00-${traceId}-${spanId}-01`
    this.handle = {
      traceparent: this.traceparent,
      set: (added) => {
        if (!this.isOver) this.attributes = { ...this.attributes, ...added }
      },
    }
  }

  end(failure: unknown, failed: boolean): void {
    this.isOver = true
    this.failed = failed
    this.failure = failure
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function'
}
