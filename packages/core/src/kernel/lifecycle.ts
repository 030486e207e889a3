import { type Clock, isFailure } from '../ports/index.js'
import { kernelFailure } from './failures.js'
import type { Stop } from './plugin.js'
import { within } from './within.js'

/** One thing to be started before, and stopped after, those that need it. */
export interface Startable {
  readonly name: string
  readonly needs: readonly Startable[]
  start(signal: AbortSignal): Promise<Stop | undefined>
  /** Is told how long it took to start, and to stop. */
  started?(ms: number): void
  stopped?(ms: number, failure?: unknown): void
}

export interface LifecycleOptions {
  /** How long one may take to start. */
  readonly startTimeoutMs: number
  /** How long one may take to stop. */
  readonly stopTimeoutMs: number
}

/** A part that did not do as told, with the reason as a text and as it was thrown. */
export interface PartFault {
  readonly part: string
  readonly because: string
  readonly cause: unknown
}

/** Starts things in the order of their needs, side by side where they are independent, and stops them in reverse. */
export class Lifecycle {
  readonly #things: readonly Startable[]
  readonly #clock: Clock
  readonly #options: LifecycleOptions
  readonly #cancelled = new AbortController()
  readonly #started: { readonly thing: Startable; readonly stop: Stop | undefined }[] = []
  #starting: Promise<void> | undefined
  #stopping: Promise<readonly PartFault[]> | undefined

  /** `things` stand each after all that it needs. */
  constructor(things: readonly Startable[], clock: Clock, options: LifecycleOptions) {
    this.#things = things
    this.#clock = clock
    this.#options = options
  }

  /** Starts all. When one fails nothing new is started, what had started is stopped, and all causes are reported. */
  start(): Promise<void> {
    this.#starting ??= this.#startAll()
    return this.#starting
  }

  /** Stops all that started, waiting for a start under way to give up first. Resolves with who did not stop as told. */
  stop(because?: unknown): Promise<readonly PartFault[]> {
    this.#cancelled.abort(because)
    this.#stopping ??= (this.#starting ?? Promise.resolve()).then(
      () => this.#stopAll(),
      // A start that failed has stopped what it had started.
      () => [],
    )
    return this.#stopping
  }

  async #startAll(): Promise<void> {
    const faults: PartFault[] = []
    const failed = new AbortController()
    const signal = AbortSignal.any([failed.signal, this.#cancelled.signal])
    const runs = new Map<Startable, Promise<boolean>>()
    for (const thing of this.#things) {
      runs.set(thing, this.#startAfter(thing, thing.needs.map((need) => runs.get(need)), signal, faults, failed))
    }
    await Promise.all(runs.values())
    if (faults.length === 0 && !signal.aborted) return
    const unstopped = await this.#stopAll()
    if (faults.length === 0) {
      const reason: unknown = this.#cancelled.signal.reason
      throw kernelFailure('kernel.start_cancelled', { because: textOf(reason) }, reason)
    }
    const parts = [...faults, ...unstopped]
    const causes = parts.map(({ cause }) => cause)
    throw kernelFailure(
      'kernel.start_failed',
      { parts: parts.map(({ part, because }) => ({ part, because })) },
      causes.length === 1 ? causes[0] : new AggregateError(causes),
    )
  }

  async #startAfter(
    thing: Startable,
    needed: readonly (Promise<boolean> | undefined)[],
    signal: AbortSignal,
    faults: PartFault[],
    failed: AbortController,
  ): Promise<boolean> {
    const ready = await Promise.all(needed)
    if (signal.aborted || ready.includes(false)) return false
    const begun = this.#clock.monotonic()
    try {
      const stop = await within(this.#clock, this.#options.startTimeoutMs, `start ${thing.name}`, signal, (inner) =>
        thing.start(inner),
      (late) => late?.())
      this.#started.push({ thing, stop })
      thing.started?.(this.#clock.monotonic() - begun)
      return true
    } catch (cause) {
      // What a start throws after it was told to give up is its way of giving up.
      if (!signal.aborted) {
        faults.push({ part: thing.name, because: textOf(cause), cause })
        failed.abort(cause)
      }
      return false
    }
  }

  async #stopAll(): Promise<readonly PartFault[]> {
    const faults: PartFault[] = []
    for (const { thing, stop } of this.#started.splice(0).reverse()) {
      const begun = this.#clock.monotonic()
      try {
        if (stop) await within(this.#clock, this.#options.stopTimeoutMs, `stop ${thing.name}`, undefined, async () => stop())
        thing.stopped?.(this.#clock.monotonic() - begun)
      } catch (cause) {
        faults.push({ part: thing.name, because: textOf(cause), cause })
        thing.stopped?.(this.#clock.monotonic() - begun, cause)
      }
    }
    return faults
  }
}

/** What an error says, in short. */
export function textOf(cause: unknown): string {
  if (isFailure(cause)) return cause.message
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
}
