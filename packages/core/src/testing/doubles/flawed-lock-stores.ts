import { InMemoryLockStore } from '../../memory/store/index.js'
import { isFailure, type Lease, type LockStore } from '../../ports/index.js'
import type { FlawedDouble } from './flawed-double.js'
import { ManualClock } from './manual-clock.js'

function flawed(
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
function renamed(store: LockStore, rename: (key: string) => string): Partial<LockStore> {
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

async function unlessRefused<Answer>(code: string, call: () => Promise<Answer>, instead: Answer): Promise<Answer> {
  try {
    return await call()
  } catch (error) {
    if (isFailure(error, code)) return instead
    throw error
  }
}

/** A sound store that answers something instead of refusing with a code. */
function lenient(store: LockStore, code: string): LockStore {
  return {
    acquire: (...args) => unlessRefused(code, () => store.acquire(...args), undefined),
    extend: (...args) => unlessRefused(code, () => store.extend(...args), []),
    release: (...args) => unlessRefused(code, () => store.release(...args), undefined),
    read: (...args) => unlessRefused(code, () => store.read(...args), undefined),
  }
}

/** What each lease is replaced by: the one that is alive, whatever its token. */
async function alive(store: LockStore, leases: readonly Lease[]): Promise<Lease[]> {
  return Promise.all(leases.map(async (lease) => ({ ...lease, ...(await store.read(lease.key)) })))
}

const wait = async (turns: number): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await undefined
}

/** Lock stores with one flaw each, in memory: the contract has to find every one of them. */
export const flawedLockStores: readonly FlawedDouble<LockStore>[] = [
  flawed('gives a key to its owner again', [], (store) => ({
    acquire: async (key, owner, leaseMs, call) => {
      const held = await store.read(key, call)
      return held?.owner === owner ? { key, owner, token: held.token } : store.acquire(key, owner, leaseMs, call)
    },
  })),
  flawed('gives a held key to all who ask', [], (store) => ({
    acquire: async (key, owner, leaseMs, call) => {
      const held = await store.read(key, call)
      if (held !== undefined && held.owner !== owner) await store.release([held])
      return store.acquire(key, owner, leaseMs, call)
    },
  })),
  flawed('lets two win', [], (store) => {
    const asked = new Map<string, Promise<Lease | undefined>>()
    return {
      acquire: async (key, owner, leaseMs, call) => {
        const first = asked.get(key)
        if (first !== undefined) return first
        const lease = store.acquire(key, owner, leaseMs, call)
        asked.set(key, lease)
        await lease.catch(() => undefined)
        await wait(20)
        asked.delete(key)
        return lease
      },
    }
  }),
  flawed('waits for a held key', [], (store) => ({
    acquire: async (key, owner, leaseMs, call) => {
      for (let turn = 0; turn < 2_000; turn++) {
        const lease = await store.acquire(key, owner, leaseMs, call)
        if (lease !== undefined) return lease
      }
      return undefined
    },
  })),
  flawed('prolongs the lease of a key that is asked for in vain', [], (store) => ({
    acquire: async (key, owner, leaseMs, call) => {
      const lease = await store.acquire(key, owner, leaseMs, call)
      const held = lease === undefined ? await store.read(key) : undefined
      if (held !== undefined) await store.extend([held], leaseMs)
      return lease
    },
  })),
  flawed('starts tokens anew after a release', [], (store) => {
    const tokens = new Map<string, Lease>()
    const real = (lease: Lease): Lease => tokens.get(`${lease.token} ${lease.key}`) ?? { ...lease, token: -1 }
    const counts = new Map<string, number>()
    return {
      acquire: async (key, owner, leaseMs, call) => {
        const lease = await store.acquire(key, owner, leaseMs, call)
        if (lease === undefined) return undefined
        const token = (counts.get(key) ?? 0) + 1
        counts.set(key, token)
        tokens.set(`${token} ${key}`, { ...lease })
        return { ...lease, token }
      },
      extend: (leases, leaseMs, call) => store.extend(leases.map(real), leaseMs, call),
      release: async (leases, call) => {
        await store.release(leases.map(real), call)
        for (const { key } of leases) if ((await store.read(key)) === undefined) counts.delete(key)
      },
      read: async (key, call) => {
        const held = await store.read(key, call)
        return held && { ...held, token: counts.get(key) ?? 0 }
      },
    }
  }),
  flawed('lets no lease lapse', [], (store) => ({
    acquire: (key, owner, leaseMs, call) => store.acquire(key, owner, leaseMs === 200 ? 60_000 : leaseMs, call),
  })),
  flawed('gives a key in the name of another', [], (store) => ({
    acquire: async (key, owner, leaseMs, call) => {
      const lease = await store.acquire(key, owner, leaseMs, call)
      return lease && { ...lease, owner: owner === 'a' ? 'nobody' : owner }
    },
  })),
  flawed('extends a lease that lapsed', [], (store) => ({
    extend: async (leases, leaseMs, call) => {
      const answers = await store.extend(leases, leaseMs, call)
      const again = async (lease: Lease) => (await store.acquire(lease.key, lease.owner, leaseMs)) !== undefined
      return Promise.all(answers.map(async (answer, index) => answer || again(leases[index] as Lease)))
    },
  })),
  flawed("extends its successor's lease for a lost one", [], (store) => ({
    extend: async (leases, leaseMs, call) => {
      call?.signal?.throwIfAborted()
      const current = await alive(store, leases)
      return store.extend(current, leaseMs, call)
    },
  })),
  flawed('extends from when a lease would have lapsed', [], (store) => ({
    extend: async (leases, leaseMs, call) => {
      const held = leases.length === 1 && leaseMs === 200 ? await store.read(leases[0]?.key ?? '', call) : undefined
      return store.extend(leases, leaseMs + (held?.remainingMs ?? 0), call)
    },
  })),
  flawed('does not extend', [], (store) => ({
    extend: async (leases, leaseMs, call) => {
      const held = await Promise.all(
        leases.map((lease) => unlessRefused('identifier.invalid', () => store.read(lease.key, call), undefined)),
      )
      const shortest = Math.min(leaseMs, ...held.map((one) => one?.remainingMs ?? leaseMs))
      return store.extend(leases, shortest, call)
    },
  })),
  flawed('extends all leases of a call or none', [], (store) => ({
    extend: async (leases, leaseMs, call) => {
      const answers = await store.extend(leases, leaseMs, call)
      return answers.map(() => answers.every(Boolean))
    },
  })),
  flawed("releases its successor's lease for a lost one", [], (store) => ({
    release: async (leases, call) => {
      call?.signal?.throwIfAborted()
      await store.release(await alive(store, leases), call)
    },
  })),
  flawed('keeps a released key until its lease lapses', [], (store) => ({
    release: async (leases, call) => {
      await store.release([], call)
      await store.extend(leases, 1, call)
    },
  })),
  flawed('releases only the first of many leases', [], (store) => ({
    release: (leases, call) => store.release(leases.slice(0, 1), call),
  })),
  flawed('fails to release twice', [], (store) => ({
    release: async (leases, call) => {
      for (const lease of leases.length === 1 ? leases : []) {
        if ((await store.read(lease.key, call))?.token !== lease.token) await store.acquire('', '', 0, call)
      }
      return store.release(leases, call)
    },
  })),
  flawed('tells the whole length of a lease for what is left', [], (store) => ({
    read: async (key, call) => {
      const held = await store.read(key, call)
      return held && { ...held, remainingMs: held.remainingMs > 500_000 ? 600_000 : held.remainingMs }
    },
  })),
  flawed('reads a lease that lapsed', [], (store) => {
    const last = new Map<string, Lease>()
    return {
      acquire: async (key, owner, leaseMs, call) => {
        const lease = await store.acquire(key, owner, leaseMs, call)
        if (lease !== undefined) last.set(key, { ...lease })
        return lease
      },
      release: async (leases, call) => {
        await store.release(leases, call)
        for (const { key } of leases) last.delete(key)
      },
      read: async (key, call) => {
        const [held, lapsed] = [await store.read(key, call), last.get(key)]
        return held ?? (lapsed && { ...lapsed, remainingMs: 0 })
      },
    }
  }),
  flawed('reads a free key as held by nobody', [], (store) => ({
    read: async (key, call) => (await store.read(key, call)) ?? { key, owner: '', token: 0, remainingMs: 0 },
  })),
  flawed('ignores the case of keys', [], (store) => renamed(store, (key) => (typeof key === 'string' ? key.toLowerCase() : key))),
  flawed('normalizes keys', [], (store) => renamed(store, (key) => (typeof key === 'string' ? key.normalize('NFC') : key))),
  flawed('cuts keys at a separator', [], (store) =>
    renamed(store, (key) =>
      typeof key === 'string' && key.startsWith('keys and') ? (key.split(/[:/|]/)[0] ?? key) : key,
    ),
  ),
  flawed('checks no identifier', [], (store) => lenient(store, 'identifier.invalid')),
  flawed('checks no length', [], (store) => lenient(store, 'journal.invalid_request')),
  flawed('extends what it can before it refuses', [], (store) => ({
    extend: async (leases, leaseMs, call) => {
      const answers = []
      for (const lease of leases) answers.push(...(await store.extend([lease], leaseMs, call)))
      return answers
    },
  })),
  flawed('ignores that a call is aborted', [], (store) => ({
    acquire: (key, owner, leaseMs) => store.acquire(key, owner, leaseMs),
    extend: (leases, leaseMs) => store.extend(leases, leaseMs),
    release: (leases) => store.release(leases),
    read: (key) => store.read(key),
  })),
  flawed('gives out what it holds', [], (store) => {
    const held = new Map<string, { token: number }>()
    return {
      acquire: async (key, owner, leaseMs, call) => {
        const lease = await store.acquire(key, owner, leaseMs, call)
        if (lease !== undefined) held.set(key, lease)
        return lease
      },
      read: async (key, call) => {
        const lease = await store.read(key, call)
        return lease && { ...lease, token: held.get(key)?.token ?? lease.token }
      },
    }
  }),
]
