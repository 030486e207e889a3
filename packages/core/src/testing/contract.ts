/** What a port promises, as data: one case for each promise of its prose, tied to no test runner. */
export interface Contract<Port> {
  readonly port: string
  readonly cases: readonly ContractCase<Port>[]
}

export interface ContractCase<Port> {
  /** The promise, as a sentence; unique within the contract. */
  readonly name: string
  /** Throws an `AssertionError` when the promise is broken. */
  run(subject: Subject<Port>): Promise<void>
}

/** One implementation under examination, fresh for each case. */
export interface Subject<Port> {
  readonly port: Port
  /** Lets time pass for the port: a manual clock in memory, a real wait on servers. */
  readonly advance: (ms: number) => Promise<void>
  /** Opens another client of the same store, as another process would. */
  readonly another?: (() => Promise<Port>) | undefined
  readonly close?: (() => Promise<void>) | undefined
}

/** How an implementation is examined. */
export interface Examination<Port> {
  readonly open: () => Promise<Subject<Port>>
  /** Cases that do not apply, by name, each with its reason. */
  readonly skip?: Readonly<Record<string, string>> | undefined
}
