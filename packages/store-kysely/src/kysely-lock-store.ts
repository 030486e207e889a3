import { checkDuration, checkLeases, identifier, type Lease, type LockStore, type StoreCall } from '@baton/core/ports'
import { attempt } from './attempt.js'
import type { LeaseEngine } from './engine.js'

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
    const token = await attempt('take a lease', call, () => this.#engine.acquire(key, owner, leaseMs))
    return token === undefined ? undefined : { key, owner, token }
  }

  async extend(leases: readonly Lease[], leaseMs: number, call?: StoreCall): Promise<readonly boolean[]> {
    call?.signal?.throwIfAborted()
    checkLeases(leases)
    checkDuration(leaseMs, 'leaseMs', 1)
    if (leases.length === 0) return []
    return attempt('extend leases', call, () => this.#engine.extend(leases, leaseMs))
  }

  async release(leases: readonly Lease[], call?: StoreCall): Promise<void> {
    call?.signal?.throwIfAborted()
    checkLeases(leases)
    if (leases.length > 0) await attempt('release leases', call, () => this.#engine.release(leases))
  }

  async read(key: string, call?: StoreCall): Promise<(Lease & { readonly remainingMs: number }) | undefined> {
    call?.signal?.throwIfAborted()
    identifier(key, 'key of a lease')
    return attempt('read a lease', call, () => this.#engine.read(key))
  }
}
