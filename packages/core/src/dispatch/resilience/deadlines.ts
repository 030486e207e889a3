import type { Clock, Scheduled } from '../../ports/index.js'

/** Something that has to be told when its time is up. */
export interface Deadlined {
  readonly dueAt: number
  /** Its place among the others: the deadlines' own, -1 while it is not among them. */
  place: number
  expire(): void
}

/** Things by the time at which they are due (a binary heap), with one timer for all of them. */
export class Deadlines {
  readonly #clock: Clock
  readonly #keepsAlive: boolean
  readonly #heap: Deadlined[] = []
  #timer: Scheduled | undefined
  #timerAt = Number.POSITIVE_INFINITY

  /** `keepsAlive`: whether a process with nothing else to do lives to see them. */
  constructor(clock: Clock, keepsAlive = false) {
    this.#clock = clock
    this.#keepsAlive = keepsAlive
  }

  get isEmpty(): boolean {
    return this.#heap.length === 0
  }

  add(one: Deadlined): void {
    // As time goes, nearly all are due after all others, and stay where they are put.
    this.#put(one, this.#heap.length)
    this.#rise(one)
    if (one.dueAt < this.#timerAt) this.#arm(one.dueAt)
  }

  /** Takes one out. The timer stays as it is: should it find nothing due, it arms itself anew. */
  remove(one: Deadlined): void {
    const { place } = one
    if (place < 0) return
    one.place = -1
    const last = this.#heap.pop() as Deadlined
    // A timer that finds nothing is harmless, but it would keep the process.
    if (this.#keepsAlive && this.#heap.length === 0) this.clear()
    if (last === one) return
    this.#put(last, place)
    this.#rise(last)
    this.#sink(last)
  }

  /** Stops the timer. */
  clear(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerAt = Number.POSITIVE_INFINITY
  }

  #put(one: Deadlined, place: number): void {
    this.#heap[place] = one
    one.place = place
  }

  #rise(one: Deadlined): void {
    while (one.place > 0) {
      const place = (one.place - 1) >> 1
      const parent = this.#heap[place] as Deadlined
      if (parent.dueAt <= one.dueAt) return
      this.#put(parent, one.place)
      this.#put(one, place)
    }
  }

  #sink(one: Deadlined): void {
    for (;;) {
      const left = 2 * one.place + 1
      const first = this.#heap[left]
      if (first === undefined) return
      const second = this.#heap[left + 1]
      const child = second !== undefined && second.dueAt < first.dueAt ? second : first
      if (one.dueAt <= child.dueAt) return
      const { place } = child
      this.#put(child, one.place)
      this.#put(one, place)
    }
  }

  #arm(at: number): void {
    this.#timer?.cancel()
    this.#timerAt = at
    this.#timer = this.#clock.schedule(at - this.#clock.monotonic(), () => this.#fire(), this.#keepsAlive)
  }

  #fire(): void {
    this.#timerAt = Number.POSITIVE_INFINITY
    const now = this.#clock.monotonic()
    for (let first = this.#heap[0]; first !== undefined && first.dueAt <= now; first = this.#heap[0]) {
      this.remove(first)
      first.expire()
    }
    const next = this.#heap[0]
    if (next !== undefined && next.dueAt < this.#timerAt) this.#arm(next.dueAt)
  }
}
