import { priorities, type Priority } from '../../../ports/index.js'
import { type Waiter, WaitingLine } from '../waiting-line.js'

/** So many of the more urgent go before one who waits; then it is its turn. */
const patience = 16

/** The most urgent is 0. */
const rank: Readonly<Record<Priority, number>> = { critical: 0, high: 1, normal: 2, low: 3 }

interface Line extends WaitingLine {
  /** How many of the more urgent went since one of this line did. */
  passedBy: number
}

/** Those who wait, the more urgent first; of equals who came first. Who is less urgent waits longer, but not for ever. */
export class PriorityLines {
  /** The most urgent first. */
  readonly #lines: readonly Line[] = priorities.map(() => Object.assign(new WaitingLine(), { passedBy: 0 }))

  #length = 0

  get length(): number {
    return this.#length
  }

  add(waiter: Waiter): void {
    const line = this.#lineOf(waiter)
    this.#length -= line.length
    line.add(waiter)
    this.#length += line.length
  }

  /** Takes one out from wherever it stands; nothing if it does not stand here. */
  remove(waiter: Waiter): void {
    this.#removeFrom(this.#lineOf(waiter), waiter)
  }

  /** Takes out whose turn it is. */
  shift(): Waiter | undefined {
    let turn: Line | undefined
    for (const line of this.#lines) {
      if (line.length === 0) line.passedBy = 0
      else if (turn === undefined || (line.passedBy >= patience && turn.passedBy < patience)) turn = line
    }
    if (turn?.first === undefined) return undefined
    for (let less = this.#lines.indexOf(turn) + 1; less < this.#lines.length; less++) {
      const line = this.#lines[less] as Line
      if (line.length > 0) line.passedBy++
    }
    turn.passedBy = 0
    const { first } = turn
    this.#removeFrom(turn, first)
    return first
  }

  #removeFrom(line: Line, waiter: Waiter): void {
    this.#length -= line.length
    line.remove(waiter)
    this.#length += line.length
  }

  #lineOf({ priority }: Waiter): Line {
    return this.#lines[rank[priority]] as Line
  }
}
