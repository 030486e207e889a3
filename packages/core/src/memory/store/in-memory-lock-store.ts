import {
  checkDuration,
  checkLeases,
  type Clock,
  identifier,
  type Lease,
  type LockStore,
  type StoreCall,
} from '../../ports/index.js'
import { StoreTime } from './store-time.js'

interface Held {
  readonly owner: string
  readonly token: number
  until: number
}

/** So many leases are kept before the lapsed among them are first swept out. */
const fewLeases = 1_024

/** Leases in memory: the rules of every LockStore, among the users of this one object. */
export class InMemoryLockStore implements LockStore {
  readonly #time: StoreTime
  readonly #held = new Map<string, Held>()
  /** One counter for all keys, so that a key's tokens grow also when nothing is kept of its former leases. */
  #tokens = 0
  #sweepAbove = fewLeases

  constructor({ clock }: { readonly clock: Clock }) {
    this.#time = new StoreTime(clock)
  }

  async acquire(key: string, owner: string, leaseMs: number, call?: StoreCall): Promise<Lease | undefined> {
    call?.signal?.throwIfAborted()
    identifier(key, 'key of a lease')
    identifier(owner, 'owner of a lease')
    checkDuration(leaseMs, 'leaseMs', 1)
    const now = this.#time.now()
    if (this.#alive(key, now) !== undefined) return undefined
    if (this.#held.size >= this.#sweepAbove) this.#sweep(now)
    const token = ++this.#tokens
    this.#held.set(key, { owner, token, until: now + leaseMs })
    return { key, owner, token }
  }

  async extend(leases: readonly Lease[], leaseMs: number, call?: StoreCall): Promise<readonly boolean[]> {
    call?.signal?.throwIfAborted()
    checkLeases(leases)
    checkDuration(leaseMs, 'leaseMs', 1)
    const now = this.#time.now()
    return leases.map((lease) => {
      const held = this.#heldAs(lease, now)
      if (held === undefined) return false
      held.until = now + leaseMs
      return true
    })
  }

  async release(leases: readonly Lease[], call?: StoreCall): Promise<void> {
    call?.signal?.throwIfAborted()
    checkLeases(leases)
    const now = this.#time.now()
    for (const lease of leases) if (this.#heldAs(lease, now) !== undefined) this.#held.delete(lease.key)
  }

  async read(key: string, call?: StoreCall): Promise<(Lease & { readonly remainingMs: number }) | undefined> {
    call?.signal?.throwIfAborted()
    identifier(key, 'key of a lease')
    const now = this.#time.now()
    const held = this.#alive(key, now)
    return held && { key, owner: held.owner, token: held.token, remainingMs: held.until - now }
  }

  #alive(key: string, now: number): Held | undefined {
    const held = this.#held.get(key)
    return held !== undefined && held.until > now ? held : undefined
  }

  #heldAs({ key, owner, token }: Lease, now: number): Held | undefined {
    const held = this.#alive(key, now)
    return held?.token === token && held.owner === owner ? held : undefined
  }

  #sweep(now: number): void {
    for (const [key, { until }] of this.#held) if (until <= now) this.#held.delete(key)
    this.#sweepAbove = Math.max(fewLeases, 2 * this.#held.size)
  }
}
