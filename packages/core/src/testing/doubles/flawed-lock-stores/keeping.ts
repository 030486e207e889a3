import type { Lease } from '../../../ports/index.js'
import { alive, byToken, flawed, unlessRefused } from './altered.js'

/** Stores that prolong or end the wrong leases. */
export const flawedKeepers = [
  flawed(
    'extends a lease that lapsed',
    [
      'a lease that lapsed is not extended, though nobody took the key',
      'a lease that was released is not extended',
      'many leases are extended in one call, each answered in its place',
    ],
    (store) => ({
      extend: async (leases, leaseMs, call) => {
        const answers = await store.extend(leases, leaseMs, call)
        const again = async (lease: Lease) => (await store.acquire(lease.key, lease.owner, leaseMs)) !== undefined
        return Promise.all(answers.map(async (answer, index) => answer || again(leases[index] as Lease)))
      },
    }),
  ),
  flawed(
    "extends its successor's lease for a lost one",
    ["a lost lease does not extend its successor's, also of the same owner"],
    (store) => ({
      extend: async (leases, leaseMs, call) => {
        call?.signal?.throwIfAborted()
        const current = await alive(store, leases)
        return store.extend(current, leaseMs, call)
      },
    }),
  ),
  flawed('extends a lease by its token alone', ['a lease is not extended in the name of another owner'], (store) => ({
    extend: async (leases, leaseMs, call) => {
      const answers = await store.extend(leases, leaseMs, call)
      const again = await store.extend(await byToken(store, leases), leaseMs)
      return answers.map((answer, index) => answer || again[index] === true)
    },
  })),
  flawed('extends from when a lease would have lapsed', ['to extend a lease can shorten it'], (store) => ({
    extend: async (leases, leaseMs, call) => {
      const held = leases.length === 1 && leaseMs === 200 ? await store.read(leases[0]?.key ?? '', call) : undefined
      return store.extend(leases, leaseMs + (held?.remainingMs ?? 0), call)
    },
  })),
  flawed(
    'does not extend',
    [
      'a lease that is extended lasts on from then',
      'many leases are extended in one call, each answered in its place',
      'a lease of no proper length is refused',
    ],
    (store) => ({
      extend: async (leases, leaseMs, call) => {
        const held = await Promise.all(
          leases.map((lease) => unlessRefused('identifier.invalid', () => store.read(lease.key, call), undefined)),
        )
        const shortest = Math.min(leaseMs, ...held.map((one) => one?.remainingMs ?? leaseMs))
        return store.extend(leases, shortest, call)
      },
    }),
  ),
  flawed(
    'extends all leases of a call or none',
    ['many leases are extended in one call, each answered in its place'],
    (store) => ({
      extend: async (leases, leaseMs, call) => {
        const answers = await store.extend(leases, leaseMs, call)
        return answers.map(() => answers.every(Boolean))
      },
    }),
  ),
  flawed(
    "releases its successor's lease for a lost one",
    ['to release a lost lease leaves its successor alone, also of the same owner'],
    (store) => ({
      release: async (leases, call) => {
        call?.signal?.throwIfAborted()
        await store.release(await alive(store, leases), call)
      },
    }),
  ),
  flawed('releases a lease by its token alone', ['a lease is not released in the name of another owner'], (store) => ({
    release: async (leases, call) => {
      await store.release(leases, call)
      await store.release(await byToken(store, leases))
    },
  })),
  flawed(
    'keeps a released key until its lease lapses',
    [
      'of many who ask at once exactly one gets the key',
      'the tokens of a key grow, also after a release and after a lapse',
      'a lease that was released is not extended',
      'many leases are extended in one call, each answered in its place',
      'a lease that is given back frees its key at once',
      'to release twice, or nothing, does nothing',
      'many leases are released in one call',
      'keys and owners that are equal when joined are different',
    ],
    (store) => ({
      release: async (leases, call) => {
        await store.release([], call)
        await store.extend(leases, 1, call)
      },
    }),
  ),
  flawed(
    'releases only the first of many leases',
    ['many leases are released in one call', 'what is no identifier is refused and takes nothing'],
    (store) => ({
      release: (leases, call) => store.release(leases.slice(0, 1), call),
    }),
  ),
  flawed(
    'fails to release twice',
    [
      'to ask for a held key does not wait for it',
      'a lease that lapsed is not extended, though nobody took the key',
      'to release a lost lease leaves its successor alone, also of the same owner',
      'to release twice, or nothing, does nothing',
      'a lease that lapsed reads as nothing',
    ],
    (store) => ({
      release: async (leases, call) => {
        for (const lease of leases.length === 1 ? leases : []) {
          if ((await store.read(lease.key, call))?.token !== lease.token) await store.acquire('', '', 0, call)
        }
        return store.release(leases, call)
      },
    }),
  ),
]
