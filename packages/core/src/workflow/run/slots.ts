/** Whoever wants to begin, and may have to wait. */
export interface Waiting {
  /** How many of the gates on its way it has passed. */
  passed: number
  /** All gates are passed. */
  admitted(): void
}

interface InLine {
  readonly gates: readonly Slots[]
  readonly one: Waiting
}

/** Bounds how many are at work at once. Those beyond wait in line; a slot that is free passes to the first of them at once. */
export class Slots {
  #limit: number
  /** Fewer than so many, at work and waiting together, go one after the other. */
  readonly #threshold: number
  #taken = 0
  #line: InLine[] = []
  #first = 0

  constructor(limit: number, threshold = 1) {
    this.#limit = limit
    this.#threshold = threshold
  }

  get #waiting(): number {
    return this.#line.length - this.#first
  }

  /** Takes a slot, or has it wait for one; whether it has one. */
  take(gates: readonly Slots[], one: Waiting): boolean {
    if (this.#waiting === 0 && this.#isFreeFor(1)) {
      this.#taken++
      return true
    }
    this.#line.push({ gates, one })
    this.#pass()
    return false
  }

  /** Another limit holds from now on; those beyond it leave as they would have. */
  set limit(limit: number) {
    this.#limit = limit
    this.#pass()
  }

  leave(): void {
    this.#taken--
    this.#pass()
  }

  #isFreeFor(more: number): boolean {
    const together = this.#taken + this.#waiting + more
    return this.#taken < (together >= this.#threshold ? this.#limit : Math.min(1, this.#limit))
  }

  #pass(): void {
    while (this.#waiting > 0 && this.#isFreeFor(0)) {
      const { gates, one } = this.#line[this.#first++] as InLine
      if (this.#first > 1_000 && this.#first * 2 > this.#line.length) {
        this.#line = this.#line.slice(this.#first)
        this.#first = 0
      }
      this.#taken++
      one.passed++
      enter(gates, one)
    }
  }
}

/** Passes one gate after the other, waiting where there is no slot. */
export function enter(gates: readonly Slots[], one: Waiting): void {
  while (one.passed < gates.length) {
    if (gates[one.passed]?.take(gates, one) !== true) return
    one.passed++
  }
  one.admitted()
}

/** Gives all slots back. */
export function leave(gates: readonly Slots[]): void {
  for (const gate of gates) gate.leave()
}
