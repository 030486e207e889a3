import type { Lease } from '../../../ports/index.js'
import { flawed } from './altered.js'

const wait = async (turns: number): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve()
}

/** Stores that give keys to the wrong ones. */
export const flawedGivers = [
  flawed('gives a key to its owner again', ['a key that is held is not given to its owner again'], (store) => ({
    acquire: async (key, owner, leaseMs, call) => {
      const held = await store.read(key, call)
      return held?.owner === owner ? { key, owner, token: held.token } : store.acquire(key, owner, leaseMs, call)
    },
  })),
  flawed(
    'gives a held key to all who ask',
    [
      'a key that is held is given to nobody else',
      'to ask for a held key does not wait for it',
      'to ask for a held key in vain leaves its lease as it is',
      'to release a lost lease leaves its successor alone, also of the same owner',
    ],
    (store) => ({
      acquire: async (key, owner, leaseMs, call) => {
        const held = await store.read(key, call)
        if (held !== undefined && held.owner !== owner) await store.release([held])
        return store.acquire(key, owner, leaseMs, call)
      },
    }),
  ),
  flawed('lets two win', ['of many who ask at once exactly one gets the key'], (store) => {
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
  flawed('waits for a held key', ['to ask for a held key does not wait for it'], (store) => ({
    acquire: async (key, owner, leaseMs, call) => {
      for (let turn = 0; turn < 2_000; turn++) {
        const lease = await store.acquire(key, owner, leaseMs, call)
        if (lease !== undefined) return lease
      }
      return undefined
    },
  })),
  flawed(
    'prolongs the lease of a key that is asked for in vain',
    ['to ask for a held key in vain leaves its lease as it is'],
    (store) => ({
      acquire: async (key, owner, leaseMs, call) => {
        const lease = await store.acquire(key, owner, leaseMs, call)
        const held = lease === undefined ? await store.read(key) : undefined
        if (held !== undefined) await store.extend([held], leaseMs)
        return lease
      },
    }),
  ),
  flawed(
    'starts tokens anew after a release',
    ['the tokens of a key grow, also after a release and after a lapse'],
    (store) => {
      const tokens = new Map<string, number>()
      const real = (lease: Lease): Lease => ({ ...lease, token: tokens.get(`${lease.token} ${lease.key}`) ?? -1 })
      const counts = new Map<string, number>()
      return {
        acquire: async (key, owner, leaseMs, call) => {
          const lease = await store.acquire(key, owner, leaseMs, call)
          if (lease === undefined) return undefined
          const token = (counts.get(key) ?? 0) + 1
          counts.set(key, token)
          tokens.set(`${token} ${key}`, lease.token)
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
    },
  ),
  flawed(
    'lets no lease lapse',
    [
      'a key is free again when its lease has lapsed',
      'the tokens of a key grow, also after a release and after a lapse',
      'a lease that lapsed is not extended, though nobody took the key',
      "a lost lease does not extend its successor's, also of the same owner",
      'to release a lost lease leaves its successor alone, also of the same owner',
      'a lease that lapsed reads as nothing',
    ],
    (store) => ({
      acquire: (key, owner, leaseMs, call) => store.acquire(key, owner, leaseMs === 200 ? 60_000 : leaseMs, call),
    }),
  ),
  flawed('gives a key in the name of another', ['a free key is given to whoever asks'], (store) => {
    const real = (lease: Lease): Lease => ({ ...lease, owner: lease.owner === 'nobody' ? 'a' : lease.owner })
    return {
      acquire: async (key, owner, leaseMs, call) => {
        const lease = await store.acquire(key, owner, leaseMs, call)
        return lease && { ...lease, owner: owner === 'a' ? 'nobody' : owner }
      },
      extend: (leases, leaseMs, call) => store.extend(leases.map(real), leaseMs, call),
      release: (leases, call) => store.release(leases.map(real), call),
    }
  }),
]
