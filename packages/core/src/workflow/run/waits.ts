import type { Deadlines } from '../../dispatch/index.js'
import type { Clock, RunRecord } from '../../ports/index.js'
import { type SignalBody, valueOf } from '../journal/index.js'
import type { Wait } from './execution.js'
import type { Awaited } from './run-result.js'

/** What the steps of one run wait for, and what it was told that nobody has waited for yet. */
export class Waits {
  readonly #clock: Clock
  readonly #deadlines: Deadlines
  readonly #waiting = new Map<Wait, DueWait | undefined>()
  readonly #known: Set<string>
  #untaken: { readonly name: string; readonly record: RunRecord }[] = []

  /** `taken`: the signals that were taken in before. */
  constructor(clock: Clock, deadlines: Deadlines, taken: ReadonlySet<string>) {
    this.#clock = clock
    this.#deadlines = deadlines
    this.#known = new Set(taken)
  }

  get size(): number {
    return this.#waiting.size
  }

  /** How long until the first of them has waited long enough; `Infinity` where none ever has. */
  get earliestInMs(): number {
    let dueAt = Number.POSITIVE_INFINITY
    for (const wait of this.#waiting.keys()) dueAt = Math.min(dueAt, wait.dueAt)
    return Math.max(0, dueAt - this.#clock.monotonic())
  }

  get awaited(): readonly Awaited[] {
    return [...this.#waiting.keys()].map((wait) => awaitedOf(wait, this.#clock))
  }

  /** Lets a step wait; what it waits for may have come already. */
  add(wait: Wait): void {
    const index = wait.signal === undefined ? -1 : this.#untaken.findIndex(({ name }) => name === wait.signal)
    const [taken] = index < 0 ? [] : this.#untaken.splice(index, 1)
    if (taken !== undefined) return wait.told(taken.record)
    const due = wait.dueAt === Number.POSITIVE_INFINITY ? undefined : new DueWait(wait, () => this.#expire(wait))
    this.#waiting.set(wait, due)
    if (due !== undefined) this.#deadlines.add(due)
  }

  /** Gives a signal to the first step that waits for it, or keeps it; each signal once. */
  offer(record: RunRecord): void {
    if (this.#known.has(record.key)) return
    this.#known.add(record.key)
    const { name } = valueOf(record.body) as SignalBody
    for (const wait of this.#waiting.keys()) {
      if (wait.signal !== name) continue
      this.#forget(wait)
      return wait.told(record)
    }
    this.#untaken.push({ name, record })
  }

  /** Nobody waits any more. */
  clear(): void {
    for (const wait of this.#waiting.keys()) this.#forget(wait)
    this.#untaken = []
  }

  #expire(wait: Wait): void {
    this.#waiting.delete(wait)
    wait.expire()
  }

  #forget(wait: Wait): void {
    const due = this.#waiting.get(wait)
    if (due !== undefined) this.#deadlines.remove(due)
    this.#waiting.delete(wait)
  }
}

/** What a step waits for, for people. */
export function awaitedOf({ key, signal, dueAt }: Wait, clock: Clock): Awaited {
  const until = dueAt === Number.POSITIVE_INFINITY ? undefined : new Date(clock.now() + dueAt - clock.monotonic())
  return { step: key, ...(signal !== undefined && { signal }), ...(until !== undefined && { until }) }
}

class DueWait {
  place = -1
  readonly dueAt: number
  readonly expire: () => void

  constructor({ dueAt }: Wait, expire: () => void) {
    this.dueAt = dueAt
    this.expire = expire
  }
}
