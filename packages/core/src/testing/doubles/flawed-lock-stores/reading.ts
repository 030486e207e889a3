import type { Lease } from '../../../ports/index.js'
import { flawed, lenient, renamed } from './altered.js'

/** Stores that read leases wrongly, mistake keys, or take anything. */
export const flawedLockReaders = [
  flawed(
    'tells the whole length of a lease for what is left',
    ['a lease that is alive is read with what is left of it'],
    (store) => ({
      read: async (key, call) => {
        const held = await store.read(key, call)
        return held && { ...held, remainingMs: held.remainingMs > 500_000 ? 600_000 : held.remainingMs }
      },
    }),
  ),
  flawed(
    'reads a lease that lapsed',
    ['a lease that lapsed is not extended, though nobody took the key', 'a lease that lapsed reads as nothing'],
    (store) => {
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
    },
  ),
  flawed(
    'reads a free key as held by nobody',
    [
      'a lease that lapsed is not extended, though nobody took the key',
      'a lease that is given back frees its key at once',
      'many leases are released in one call',
      'a key that nobody holds reads as nothing',
      'a lease that lapsed reads as nothing',
      'what is no identifier is refused and takes nothing',
      'a lease of no proper length is refused',
      'a call whose signal is aborted rejects with its reason and does nothing',
    ],
    (store) => ({
      read: async (key, call) => (await store.read(key, call)) ?? { key, owner: '', token: 0, remainingMs: 0 },
    }),
  ),
  flawed(
    'ignores the case of keys',
    ['any identifier can be a key and an owner, and none is taken for another'],
    (store) => renamed(store, (key) => (typeof key === 'string' ? key.toLowerCase() : key)),
  ),
  flawed('normalizes keys', ['any identifier can be a key and an owner, and none is taken for another'], (store) =>
    renamed(store, (key) => (typeof key === 'string' ? key.normalize('NFC') : key)),
  ),
  flawed('cuts keys at a separator', ['keys and owners that are equal when joined are different'], (store) =>
    renamed(store, (key) =>
      typeof key === 'string' && key.startsWith('keys and') ? (key.split(/[:/|]/)[0] ?? key) : key,
    ),
  ),
  flawed('checks no identifier', ['what is no identifier is refused and takes nothing'], (store) =>
    lenient(store, 'identifier.invalid'),
  ),
  flawed('checks no length', ['a lease of no proper length is refused'], (store) =>
    lenient(store, 'journal.invalid_request'),
  ),
  flawed('extends what it can before it refuses', ['what is no identifier is refused and takes nothing'], (store) => ({
    extend: async (leases, leaseMs, call) => {
      const answers = []
      for (const lease of leases) answers.push(...(await store.extend([lease], leaseMs, call)))
      return answers
    },
  })),
  flawed(
    'ignores that a call is aborted',
    ['a call whose signal is aborted rejects with its reason and does nothing'],
    (store) => ({
      acquire: (key, owner, leaseMs) => store.acquire(key, owner, leaseMs),
      extend: (leases, leaseMs) => store.extend(leases, leaseMs),
      release: (leases) => store.release(leases),
      read: (key) => store.read(key),
    }),
  ),
  flawed(
    'gives out what it holds',
    ['what a caller does to what it gave or got does not change the store'],
    (store) => {
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
    },
  ),
]
