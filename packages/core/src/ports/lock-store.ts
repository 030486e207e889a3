import { token } from '../protocol/index.js'
import type { StoreCall } from './state-store.js'

/** A lease of a key: whoever shows its owner and its token holds it, until it lapses. */
export interface Lease {
  readonly key: string
  readonly owner: string
  /**
   * Grows with every lease of the key, also after the earlier one was released or lapsed: a fence for what it guards.
   * It never repeats for a key; leases of two keys may have the same.
   */
  readonly token: number
}

/**
 * Leases: who may do a thing that only one may do.
 *
 * Time is the store's own; callers give durations, in whole milliseconds from 1 to 10,000,000,000,000 (else
 * `journal.invalid_request`). Keys and owners are identifiers (else `identifier.invalid`), opaque and kept exactly. Each
 * method is atomic. A call whose signal is aborted rejects with its reason; when it was under way it is unknown whether the
 * store did the work.
 */
export interface LockStore {
  /**
   * Takes the key for `leaseMs`. Resolves with nothing while another lease of it is alive, also when its owner is the
   * same; never waits for it. Of many callers at once exactly one gets it.
   */
  acquire(key: string, owner: string, leaseMs: number, call?: StoreCall): Promise<Lease | undefined>
  /**
   * Prolongs leases to `leaseMs` from now. One answer for each, same order: false where it lapsed, was released or is
   * another's by now, be it by the owner or by the token; that changes nothing, and harms no other lease of the call.
   */
  extend(leases: readonly Lease[], leaseMs: number, call?: StoreCall): Promise<readonly boolean[]>
  /** Gives leases back. One that lapsed, was released before or is another's by now, as above, is left as it is. */
  release(leases: readonly Lease[], call?: StoreCall): Promise<void>
  /** The lease of a key that is alive now, with what is left of it; nothing when there is none. */
  read(key: string, call?: StoreCall): Promise<(Lease & { readonly remainingMs: number }) | undefined>
}

export const lockStore = token<LockStore>('baton.lock-store')
