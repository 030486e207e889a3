import { InMemoryLockStore } from '../../../memory/store/index.js'
import { isFailure, type Lease, type LockStore } from '../../../ports/index.js'
import type { FlawedDouble } from '../flawed-double.js'
import { ManualClock } from '../manual-clock.js'

/** A flawed double of a LockStore: the flaw replaces methods of a sound one. */
export function flawed(
  name: string,
  breaks: readonly string[],
  flaw: (store: LockStore, clock: ManualClock) => Partial<LockStore>,
): FlawedDouble<LockStore> {
  return {
    name,
    breaks,
    open: async () => {
      const clock = new ManualClock()
      const store = new InMemoryLockStore({ clock })
      const port: LockStore = {
        acquire: (key, owner, leaseMs, call) => store.acquire(key, owner, leaseMs, call),
        extend: (leases, leaseMs, call) => store.extend(leases, leaseMs, call),
        release: (leases, call) => store.release(leases, call),
        read: (key, call) => store.read(key, call),
        ...flaw(store, clock),
      }
      return { port, advance: async (ms) => clock.advance(ms), another: async () => port }
    },
  }
}

/** A sound store behind which some keys are taken for others. */
export function renamed(store: LockStore, rename: (key: string) => string): Partial<LockStore> {
  const back = (lease: Lease | undefined, key: string) => lease && { ...lease, key }
  const inside = (leases: readonly Lease[]) => leases.map((lease) => ({ ...lease, key: rename(lease.key) }))
  return {
    acquire: async (key, owner, leaseMs, call) => back(await store.acquire(rename(key), owner, leaseMs, call), key),
    extend: (leases, leaseMs, call) => store.extend(inside(leases), leaseMs, call),
    release: (leases, call) => store.release(inside(leases), call),
    read: async (key, call) => {
      const lease = await store.read(rename(key), call)
      return lease && { ...lease, key }
    },
  }
}

/** What a call answers, or something else where it is refused with a code. */
export async function unlessRefused<Answer>(
  code: string,
  call: () => Promise<Answer>,
  instead: Answer,
): Promise<Answer> {
  try {
    return await call()
  } catch (error) {
    if (isFailure(error, code)) return instead
    throw error
  }
}

/** A sound store that answers something instead of refusing with a code. */
export function lenient(store: LockStore, code: string): LockStore {
  return {
    acquire: (...args) => unlessRefused(code, () => store.acquire(...args), undefined),
    extend: (...args) => unlessRefused(code, () => store.extend(...args), []),
    release: (...args) => unlessRefused(code, () => store.release(...args), undefined),
    read: (...args) => unlessRefused(code, () => store.read(...args), undefined),
  }
}

/** Each lease under the token of the one that is alive. */
export async function alive(store: LockStore, leases: readonly Lease[]): Promise<Lease[]> {
  return Promise.all(leases.map(async (lease) => ({ ...lease, token: (await store.read(lease.key))?.token ?? -1 })))
}

/** Each lease under the owner of the one that is alive, where they have one token. */
export async function byToken(store: LockStore, leases: readonly Lease[]): Promise<Lease[]> {
  const owned = async (lease: Lease): Promise<Lease> => {
    const held = await store.read(lease.key)
    return held?.token === lease.token ? { ...lease, owner: held.owner } : lease
  }
  return Promise.all(leases.map(owned))
}
