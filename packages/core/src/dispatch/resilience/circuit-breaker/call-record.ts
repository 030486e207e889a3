import type { CircuitBreakerSettings } from './circuit-breaker-options.js'
import { failureLimit, type Limit, tallyOf, viewOf } from './opens-after.js'
import { RecentCalls } from './recent-calls.js'
import type { Tally } from './tally.js'

/** Within what slow calls are counted where failures are only counted in a row. */
const spanOfSlowMs = 30_000

/** How the calls of late ended, and whether too many failed or were slow. */
export class CallRecord {
  /** Whether it has to be told when calls end. */
  readonly measuresTime: boolean
  readonly #settings: CircuitBreakerSettings
  readonly #tally: Tally
  readonly #limit: Limit
  /** How long a call takes that is not slow yet: for ever, where none is. */
  readonly #slowMs: number
  /** Counts slow calls: the same tally, where that has a view of them. */
  readonly #slowTally: Tally

  constructor(settings: CircuitBreakerSettings) {
    const { opensAfter, slow } = settings
    this.#settings = settings
    this.#limit = failureLimit(opensAfter)
    this.#tally = tallyOf(opensAfter)
    this.#slowMs = slow?.overMs ?? Number.POSITIVE_INFINITY
    const apart = slow !== undefined && 'consecutive' in opensAfter
    this.#slowTally = apart ? new RecentCalls(spanOfSlowMs) : this.#tally
    this.measuresTime = slow !== undefined || 'withinMs' in opensAfter
  }

  isSlow(now: number, startedAt: number): boolean {
    return now - startedAt > this.#slowMs
  }

  /** Adds a call, and says why that is too much if it is. A call that was well never is. */
  add(failed: boolean, slow: boolean, now: number): string | undefined {
    this.#tally.add(failed, slow, now)
    if (this.#slowTally !== this.#tally) this.#slowTally.add(failed, slow, now)
    if (failed && this.#failedTooOften()) return this.#failures()
    return slow ? this.#slowCalls() : undefined
  }

  /** Forgets all. */
  clear(): void {
    this.#tally.clear()
    this.#slowTally.clear()
  }

  #failedTooOften(): boolean {
    return isTooMuch(this.#tally.failed, this.#tally.total, this.#limit)
  }

  #failures(): string {
    const { opensAfter } = this.#settings
    const { failed, total } = this.#tally
    return `${failed} ${'rate' in opensAfter ? `of ${total} ` : ''}${viewOf(opensAfter)} failed`
  }

  #slowCalls(): string | undefined {
    const { slow } = this.#settings
    const { slow: count, total } = this.#slowTally
    if (slow === undefined || !isTooMuch(count, total, { count: 1, ...slow })) return undefined
    return `${count} of ${total} calls took longer than ${slow.overMs} ms`
  }
}

function isTooMuch(count: number, total: number, { count: least, rate, minimum }: Limit): boolean {
  // Divided, as 7 of 25 have to be a share of 0.28, and 0.28 times 25 is a little more than 7.
  return count >= least && total >= minimum && count / total >= rate
}
