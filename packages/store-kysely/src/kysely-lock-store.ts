import { checkDuration, checkLeases, identifier, type Lease, type LockStore, type StoreCall } from '@baton/core/ports'
import type { LeaseEngine } from './engine.js'
import { failureOf } from './failure-of.js'
import { untilAborted } from './until-aborted.js'

/** Leases in a table. */
export class KyselyLockStore implements LockStore {
  readonly #engine: LeaseEngine

  constructor({ engine }: { readonly engine: LeaseEngine }) {
    this.#engine = engine
  }

  async acquire(key: string, owner: string, leaseMs: number, call?: StoreCall): Promise<Lease | undefined> {
    call?.signal?.throwIfAborted()
    identifier(key, 'key of a lease')
    identifier(owner, 'owner of a lease')
    checkDuration(leaseMs, 'leaseMs', 1)
    const token = await this.#do('take a lease', call, () => this.#engine.acquire(key, owner, leaseMs))
    return token === undefined ? undefined : { key, owner, token }
  }

  async extend(leases: readonly Lease[], leaseMs: number, call?: StoreCall): Promise<readonly boolean[]> {
    call?.signal?.throwIfAborted()
    checkLeases(leases)
    checkDuration(leaseMs, 'leaseMs', 1)
    if (leases.length === 0) return []
    return this.#do('extend leases', call, () => this.#engine.extend(leases, leaseMs))
  }

  async release(leases: readonly Lease[], call?: StoreCall): Promise<void> {
    call?.signal?.throwIfAborted()
    checkLeases(leases)
    if (leases.length > 0) await this.#do('release leases', call, () => this.#engine.release(leases))
  }

  async read(key: string, call?: StoreCall): Promise<(Lease & { readonly remainingMs: number }) | undefined> {
    call?.signal?.throwIfAborted()
    identifier(key, 'key of a lease')
    return this.#do('read a lease', call, () => this.#engine.read(key))
  }

  async #do<Value>(doing: string, call: StoreCall | undefined, work: () => Promise<Value>): Promise<Value> {
    const failed = (error: unknown) => {
      throw failureOf(error, doing)
    }
    return untilAborted(work().catch(failed), call?.signal)
  }
}
