import type { LockStore, StateStore } from '@baton/core/ports'
import type { Ledger } from '../ledger.ts'

type MethodOf<Store> = Extract<keyof Store, string>

/** A moment at which a process may be killed. */
export type Occasion =
  | { readonly at: 'effect'; readonly when: 'before' | 'after'; readonly step: string }
  | {
      readonly at: 'store'
      readonly when: 'before' | 'after'
      readonly method: MethodOf<StateStore>
      readonly given: readonly unknown[]
      readonly answer?: unknown
    }
  | { readonly at: 'lock'; readonly when: 'before' | 'after'; readonly method: MethodOf<LockStore> }
  | {
      /** A statement on its way to the database: `sent` is when the database has it and its answer has not come. */
      readonly at: 'statement'
      readonly when: 'before' | 'sent' | 'after'
      readonly sql: string
      /** The statements of its transaction so far, this one not among them. */
      readonly earlier: readonly string[]
    }

/** Kills its own process at one named point, having said so in the ledger. */
export class KillSwitch {
  readonly #point: { readonly name: string; readonly nth: number; readonly isIt: (occasion: Occasion) => boolean }
  readonly #ledger: Ledger
  #seen = 0

  constructor(
    point: { readonly name: string; readonly nth?: number; readonly isIt: (occasion: Occasion) => boolean },
    ledger: Ledger,
  ) {
    this.#point = { nth: 1, ...point }
    this.#ledger = ledger
  }

  /** Says where the process is; does not return if that is the point. */
  reached(occasion: Occasion): void {
    if (this.meets(occasion)) this.strike()
  }

  /** Whether this is the point. */
  meets(occasion: Occasion): boolean {
    return this.#point.isIt(occasion) && ++this.#seen === this.#point.nth
  }

  strike(): never {
    this.#ledger.write({ what: 'killed', point: this.#point.name, pid: process.pid })
    process.kill(process.pid, 'SIGKILL')
    for (;;);
  }
}
