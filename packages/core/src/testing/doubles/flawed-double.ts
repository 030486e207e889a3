import type { Subject } from '../contract.js'

/** An implementation with one flaw: a contract has teeth when exactly the cases named here break. */
export interface FlawedDouble<Port> {
  /** What it does wrong. */
  readonly name: string
  /** The names of the cases that its flaw breaks; it keeps all others. */
  readonly breaks: readonly string[]
  open(): Promise<Subject<Port>>
}
