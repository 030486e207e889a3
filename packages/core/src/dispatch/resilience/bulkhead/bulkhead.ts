import type { PolicyHost } from '../../../ports/index.js'
import { policyFailure } from '../failures.js'
import { type Waiter, WaitingLine } from '../waiting-line.js'
import { type BulkheadOptions, bulkheadSettings } from './bulkhead-layer.js'
import { PriorityLines } from './priority-lines.js'

/** Bounds how many are inside at once. Who has to wait is let in, sooner or later, unless it quits. */
export class Bulkhead {
  readonly #name: string
  readonly #limit: number
  readonly #queue: number
  readonly #line: WaitingLine | PriorityLines
  #inFlight = 0
  /** Slots that were left while others were handed over. */
  #left = 0
  #handing = false

  constructor(options: BulkheadOptions, host: PolicyHost) {
    const { limit, queue, order, key } = bulkheadSettings(options)
    this.#name = key ?? host.name
    this.#limit = limit
    this.#queue = queue
    this.#line = order === 'fifo' ? new WaitingLine() : new PriorityLines()
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get queued(): number {
    return this.#line.length
  }

  /** Whether there was a slot, which is then taken. */
  tryEnter(): boolean {
    // While others wait there is none: a slot that is left is theirs before anybody else can see it.
    if (this.#inFlight >= this.#limit) return false
    this.#inFlight++
    return true
  }

  /** Waits for a slot (its `entered` may be called at once, should there be one), or throws when enough wait already. */
  wait(waiter: Waiter): void {
    if (this.tryEnter()) return waiter.entered()
    const { length } = this.#line
    if (length >= this.#queue) {
      throw policyFailure('bulkhead.full', { bulkhead: this.#name, limit: this.#limit, queue: length })
    }
    this.#line.add(waiter)
  }

  /** Stops waiting; nothing if it does not wait here. Who was let in leaves instead. */
  quit(waiter: Waiter): void {
    this.#line.remove(waiter)
  }

  /** Gives up the slot, once for each that was taken; whoever is first of those who wait has it before this returns. */
  leave(): void {
    if (this.#line.length === 0) {
      this.#inFlight--
      return
    }
    this.#left++
    // Who is let in may leave at once, and so on for thousands: they take turns in one loop, not in one another.
    if (!this.#handing) this.#handOver()
  }

  #handOver(): void {
    this.#handing = true
    try {
      while (this.#left > 0) {
        const next = this.#line.shift()
        this.#left--
        if (next === undefined) this.#inFlight--
        else next.entered()
      }
    } finally {
      this.#handing = false
      // Something is left only if one of them threw, and that is not the fault of the others.
      if (this.#left > 0) this.#handOver()
    }
  }
}
