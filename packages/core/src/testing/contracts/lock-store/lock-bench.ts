import assert from 'node:assert/strict'
import type { Lease, LockStore } from '../../../ports/index.js'
import type { ContractCase, Subject } from '../../contract.js'

/** A lease that surely lapses within `lapseMs`. */
export const leaseMs = 200
export const lapseMs = 400
/** Leases that surely do not lapse while a case runs, one much longer than the other. */
export const mediumLeaseMs = 60_000
export const longLeaseMs = 600_000

/** One case, with a key of its own; what it takes it gives back, so that cases can share a database. */
export function lockCase(name: string, run: (bench: LockBench) => Promise<void>): ContractCase<LockStore> {
  return {
    name,
    run: async (subject) => {
      const bench = new LockBench(subject, name, (await subject.another?.()) ?? subject.port)
      try {
        await run(bench)
      } finally {
        await bench.giveBack()
      }
    },
  }
}

/** A lock store under examination, with short words for what cases do to it. */
export class LockBench {
  readonly port: LockStore
  /** Another client of the same store, where there is one. */
  readonly other: LockStore
  readonly key: string
  readonly #subject: Subject<LockStore>
  readonly #leases: Lease[] = []

  constructor(subject: Subject<LockStore>, key: string, other: LockStore) {
    this.#subject = subject
    this.port = subject.port
    this.other = other
    this.key = key
  }

  advance(ms: number): Promise<void> {
    return this.#subject.advance(ms)
  }

  async acquire(owner = 'a', ms = longLeaseMs, key = this.key, port = this.port): Promise<Lease | undefined> {
    const lease = await port.acquire(key, owner, ms)
    if (lease !== undefined) this.#leases.push({ ...lease })
    return lease
  }

  async acquired(owner?: string, ms?: number, key?: string): Promise<Lease> {
    const lease = await this.acquire(owner, ms, key)
    assert(lease, 'a free key was not given')
    return lease
  }

  async giveBack(): Promise<void> {
    await this.port.release(this.#leases)
  }
}

/** Asserts that a call fails with a code. */
export async function failsWith(code: string, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error: { code?: unknown }) => {
    assert.equal(error.code, code)
    return true
  })
}
