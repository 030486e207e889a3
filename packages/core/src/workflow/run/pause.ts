import type { Clock, Scheduled } from '../../ports/index.js'

const firstLookMs = 50
const longestLookMs = 1_000

/** How somebody waits for a run: woken by what is known here, by time, or by a signal; looking again less and less often. */
export class Pause {
  readonly #clock: Clock
  readonly #signal: AbortSignal | undefined
  readonly #abort = () => this.#wake?.()
  #wake: (() => void) | undefined
  #timer: Scheduled | undefined
  #lookMs = firstLookMs

  constructor(clock: Clock, signal: AbortSignal | undefined) {
    this.#clock = clock
    this.#signal = signal
    signal?.addEventListener('abort', this.#abort)
  }

  /** What a promise resolves with; nothing when that took until then (on the monotonic clock). */
  async orUntil<Value>(promise: Promise<Value>, until: number): Promise<Value | undefined> {
    let value: Value | undefined
    const come = promise.then((one) => void (value = one))
    await Promise.race([come, this.#sleep(until - this.#clock.monotonic())])
    this.#timer?.cancel()
    this.#signal?.throwIfAborted()
    return value
  }

  /** It is time to look again. */
  wake(): void {
    this.#wake?.()
  }

  /** Waits until it is time to look again. */
  async untilLooked(until: number): Promise<void> {
    await this.#sleep(Math.min(this.#lookMs, until - this.#clock.monotonic()))
    this.#timer?.cancel()
    this.#lookMs = Math.min(this.#lookMs * 1.5, longestLookMs)
  }

  end(): void {
    this.#timer?.cancel()
    this.#signal?.removeEventListener('abort', this.#abort)
  }

  #sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    if (Number.isFinite(ms)) this.#timer = this.#clock.schedule(Math.max(0, ms), resolve, true)
    return promise
  }
}
