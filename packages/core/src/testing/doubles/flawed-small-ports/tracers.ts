import type { Attributes, Span } from '../../../ports/index.js'
import type { EndedSpan, TracerUnderTest } from '../../contracts/tracer-contract.js'
import type { FlawedDouble } from '../flawed-double.js'
import { type RecordedSpan, RecordingTracer } from '../recording-tracer.js'

type Options = { readonly traceparent?: string | undefined } | undefined
type Show = (span: RecordedSpan) => EndedSpan

function flawed(
  name: string,
  breaks: readonly string[],
  tracer: () => RecordingTracer,
  ended = (own: RecordingTracer): readonly EndedSpan[] => own.spans.filter(({ isOver }) => isOver),
): FlawedDouble<TracerUnderTest> {
  return {
    name,
    breaks,
    open: async () => {
      const own = tracer()
      return { port: { tracer: own, ended: () => ended(own) }, advance: async () => {} }
    },
  }
}

function shown(show: Show): (own: RecordingTracer) => readonly EndedSpan[] {
  return (own) => own.spans.filter(({ isOver }) => isOver).map(show)
}

/** Changes what `run` gets, does or returns. */
class Changed extends RecordingTracer {
  readonly #change: (run: (span: Span) => unknown, span: Span) => unknown

  constructor(change: (run: (span: Span) => unknown, span: Span) => unknown) {
    super()
    this.#change = change
  }

  override span<Result>(name: string, attributes: Attributes, run: (span: Span) => Result, options?: Options): Result {
    return super.span(name, attributes, (span) => this.#change(run, span) as Result, options)
  }
}

class Wrapping extends RecordingTracer {
  override span<Result>(name: string, attributes: Attributes, run: (span: Span) => Result, options?: Options): Result {
    const result: unknown = super.span(name, attributes, run, options)
    return (result instanceof Promise ? result.then((value: unknown) => value) : result) as Result
  }
}

/** Keeps the current span in one place for all that goes on at the same time. */
class OnePlace extends RecordingTracer {
  readonly #putsBack: boolean
  #current: string | undefined

  constructor({ putsBack }: { readonly putsBack: boolean }) {
    super()
    this.#putsBack = putsBack
  }

  override span<Result>(name: string, attributes: Attributes, run: (span: Span) => Result, options?: Options): Result {
    const before = this.#current
    const putBack = () => {
      if (this.#putsBack) this.#current = before
    }
    const within = (span: Span) => {
      this.#current = span.traceparent
      return run(span)
    }
    let result: Result
    try {
      result = super.span(name, attributes, within, { traceparent: options?.traceparent ?? before })
    } catch (error) {
      putBack()
      throw error
    }
    if (result instanceof Promise) result.then(putBack, putBack)
    else putBack()
    return result
  }
}

class Local extends RecordingTracer {
  override span<Result>(name: string, attributes: Attributes, run: (span: Span) => Result): Result {
    return super.span(name, attributes, run)
  }
}

class Picky extends RecordingTracer {
  override span<Result>(name: string, attributes: Attributes, run: (span: Span) => Result, options?: Options): Result {
    if (options?.traceparent !== undefined && !/^00-[0-9a-f]{32}-.*[1-9a-f].*-\d\d$/.test(options.traceparent))
      throw wrong
    return super.span(name, attributes, run, options)
  }
}

/** Has a span changed after its end. */
class Endless extends RecordingTracer {
  readonly #added = new Map<string, Attributes>()

  override span<Result>(name: string, attributes: Attributes, run: (span: Span) => Result, options?: Options): Result {
    return super.span(
      name,
      attributes,
      ({ traceparent = '' }) => {
        const set = (added: Attributes) => {
          this.#added.set(traceparent, { ...this.#added.get(traceparent), ...added })
        }
        return run({ traceparent, set })
      },
      options,
    )
  }

  show(span: RecordedSpan): EndedSpan {
    return { ...span, attributes: { ...span.attributes, ...this.#added.get(span.traceparent) } }
  }
}

const wrong = new RangeError('no traceparent')
const child = 'a span that is opened within another one is its child, also after a wait'
const begins = 'a span that is opened within none begins a trace, also after others'
const mixed = 'spans under way at the same time do not mix'
const given = 'a traceparent in the options is the parent, also within another span'
const none = 'a traceparent that is none counts as absent'
const attributes = 'a span has the attributes it was opened with and those set, the later replacing the earlier'

/** Tracers with one flaw each: the contract has to find every one of them. */
export const flawedTracers: readonly FlawedDouble<TracerUnderTest>[] = [
  flawed('run is called twice', ['run is called once, at once'], () => {
    return new Changed((run, span) => {
      const first = run(span)
      if (first instanceof Promise) return first
      return run(span)
    })
  }),
  flawed('a promise is wrapped', ['what run returns is returned, the same promise or value'], () => new Wrapping()),
  flawed('what is thrown is wrapped', ['what run throws is thrown'], () => {
    return new Changed((run, span) => {
      try {
        return run(span)
      } catch (cause) {
        const wrapped = new RangeError('a span failed', { cause })
        throw wrapped
      }
    })
  }),
  flawed('a traceparent lacks its end', ['a traceparent is as the W3C has it, or undefined'], () => {
    return new Changed((run, span) =>
      run({ set: (added) => span.set(added), traceparent: span.traceparent?.slice(0, 52) }),
    )
  }),
  flawed(
    'no span knows its parent',
    [child, mixed, given, none],
    () => new RecordingTracer(),
    shown((span) => ({ ...span, parentId: undefined })),
  ),
  flawed('a span stays the current one', [child, begins, mixed], () => new OnePlace({ putsBack: false })),
  flawed('all that goes on has one current span', [mixed], () => new OnePlace({ putsBack: true })),
  flawed('the options are not looked at', [given], () => new Local()),
  flawed('a traceparent that is none makes it throw', [none], () => new Picky()),
  flawed(
    'a span is over when run has returned',
    ['a span ends when what run returned has settled'],
    () => new RecordingTracer(),
    (own) => own.spans,
  ),
  flawed(
    'no span has failed',
    ['a span whose run throws or rejects is marked as failed'],
    () => new RecordingTracer(),
    shown((span) => ({ ...span, failed: false })),
  ),
  flawed('what is set is lost', [attributes], () => {
    return new Changed((run, { traceparent }) => run({ traceparent, set: () => {} }))
  }),
  flawed(
    'a span can be changed after its end',
    ['set does nothing after the end'],
    () => new Endless(),
    (own) => shown((span) => (own as Endless).show(span))(own),
  ),
]
