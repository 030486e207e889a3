import type { Priority } from '../../ports/index.js'

/** Someone who waits in a line. Its links belong to the line, and are undefined while it waits in none. */
export interface Waiter {
  readonly priority: Priority
  line: WaitingLine | undefined
  before: Waiter | undefined
  after: Waiter | undefined
  /** Its turn has come: it is in no line any more, and has what it waited for. It must not throw. */
  entered(): void
}

/** Those who wait, in the order in which they came; each can leave from wherever it stands, at once. */
export class WaitingLine<One extends Waiter = Waiter> {
  #first: One | undefined
  #last: One | undefined
  #length = 0

  get first(): One | undefined {
    return this.#first
  }

  get length(): number {
    return this.#length
  }

  /** Puts one at the end, unless it waits already, here or elsewhere. */
  add(waiter: One): void {
    if (waiter.line !== undefined) return
    waiter.line = this as unknown as WaitingLine
    waiter.before = this.#last
    if (this.#last === undefined) this.#first = waiter
    else this.#last.after = waiter
    this.#last = waiter
    this.#length++
  }

  has(waiter: One): boolean {
    return waiter.line === (this as unknown)
  }

  /** Takes one out from wherever it stands; nothing if it does not stand here. */
  remove(waiter: One): void {
    if (!this.has(waiter)) return
    const before = waiter.before as One | undefined
    const after = waiter.after as One | undefined
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    waiter.line = undefined
    waiter.before = undefined
    waiter.after = undefined
    this.#length--
  }

  /** Takes out the first. */
  shift(): One | undefined {
    const first = this.#first
    if (first !== undefined) this.remove(first)
    return first
  }
}
