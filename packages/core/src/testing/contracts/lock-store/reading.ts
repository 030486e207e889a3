import assert from 'node:assert/strict'
import type { Lease } from '../../../ports/index.js'
import { failsWith, lapseMs, leaseMs, lockCase, longLeaseMs, mediumLeaseMs } from './lock-bench.js'

const hostile = [
  'a:b',
  'a/b',
  'a|b',
  'a\u0001b',
  '__proto__',
  'constructor',
  `it's "quoted"`,
  '$1 ? :x %s {a}',
  ' ',
  ' a ',
  'a',
  'A',
  'a\u0300',
  'à',
  '0',
  'null',
  '\u{1f600}',
  'x'.repeat(512),
]
const noIdentifiers = ['', 'a\0b', '\ud800', 'x'.repeat(513), '\u{1f600}'.repeat(129), 7 as unknown as string]
const noLeases = [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 10_000_000_000_001]

/** What is read of leases, under which names, and what is refused. */
export const readingCases = [
  lockCase('a lease that is alive is read with what is left of it', async (bench) => {
    const lease = await bench.acquired('a', longLeaseMs)
    const first = await bench.port.read(bench.key)
    const { remainingMs = 0, ...rest } = first ?? {}
    assert.deepEqual(rest, { key: bench.key, owner: 'a', token: lease.token })
    assert(remainingMs > 0 && remainingMs <= longLeaseMs)
    await bench.advance(lapseMs)
    const later = (await bench.other.read(bench.key))?.remainingMs ?? remainingMs
    assert(later <= remainingMs - lapseMs / 2, 'no time passed')
  }),
  lockCase('a key that nobody holds reads as nothing', async (bench) => {
    assert.equal(await bench.port.read(bench.key), undefined)
  }),
  lockCase('a lease that lapsed reads as nothing', async (bench) => {
    await bench.acquired('a', leaseMs)
    await bench.advance(lapseMs)
    assert.equal(await bench.port.read(bench.key), undefined)
  }),
  lockCase('any identifier can be a key and an owner, and none is taken for another', async (bench) => {
    const leases = new Map<string, Lease>()
    for (const name of hostile) leases.set(name, await bench.acquired(name, longLeaseMs, name))
    for (const [name, { token }] of leases) {
      const { remainingMs: _left, ...lease } = (await bench.port.read(name)) ?? {}
      assert.deepEqual(lease, { key: name, owner: name, token })
    }
  }),
  lockCase('keys and owners that are equal when joined are different', async (bench) => {
    for (const separator of [':', '/', '|', '\u0001', ' ', '.']) {
      const [one, other] = [`${bench.key}${separator}b`, bench.key]
      const lease = await bench.acquired('c', longLeaseMs, one)
      await bench.port.release([await bench.acquired(`b${separator}c`, longLeaseMs, other)])
      assert.equal((await bench.port.read(one))?.token, lease.token)
      await bench.port.release([lease])
    }
  }),
  lockCase('what is no identifier is refused and takes nothing', async (bench) => {
    const lease = await bench.acquired('a', mediumLeaseMs)
    const free = `${bench.key}, another`
    for (const bad of noIdentifiers) {
      await failsWith('identifier.invalid', () => bench.port.acquire(bad, 'a', 1))
      await failsWith('identifier.invalid', () => bench.port.acquire(free, bad, 1))
      await failsWith('identifier.invalid', () => bench.port.read(bad))
      for (const wrong of [
        { ...lease, key: bad },
        { ...lease, owner: bad },
      ]) {
        await failsWith('identifier.invalid', () => bench.port.extend([lease, wrong], longLeaseMs))
        await failsWith('identifier.invalid', () => bench.port.release([lease, wrong]))
      }
    }
    assert.equal((await bench.port.read(bench.key))?.token, lease.token)
    assert.equal(await bench.port.read(free), undefined)
    assert(((await bench.port.read(bench.key))?.remainingMs ?? longLeaseMs) <= mediumLeaseMs)
  }),
  lockCase('a lease of no proper length is refused', async (bench) => {
    const lease = await bench.acquired('a')
    const free = `${bench.key}, another`
    for (const ms of noLeases) {
      await failsWith('journal.invalid_request', () => bench.port.acquire(free, 'a', ms))
      await failsWith('journal.invalid_request', () => bench.port.extend([lease], ms))
    }
    assert.equal(await bench.port.read(free), undefined)
    assert.equal((await bench.port.read(bench.key))?.token, lease.token)
  }),
  lockCase('a call whose signal is aborted rejects with its reason and does nothing', async (bench) => {
    const lease = await bench.acquired('a')
    const free = `${bench.key}, another`
    const reason = { because: 'nobody waits any more' }
    const call = { signal: AbortSignal.abort(reason) }
    const calls = [
      () => bench.port.acquire(free, 'a', longLeaseMs, call),
      () => bench.port.extend([lease], 1, call),
      () => bench.port.release([lease], call),
      () => bench.port.read(bench.key, call),
    ]
    for (const one of calls) await assert.rejects(one, (error) => error === reason)
    assert.equal(await bench.port.read(free), undefined)
    assert.equal((await bench.port.read(bench.key))?.token, lease.token)
  }),
  lockCase('what a caller does to what it gave or got does not change the store', async (bench) => {
    const lease = await bench.acquired('a')
    const { token } = lease
    // Where what is got is frozen, to change it fails: as good.
    Reflect.set(lease, 'token', token + 1)
    const read = await bench.port.read(bench.key)
    assert.equal(read?.token, token)
    Reflect.set(read, 'owner', 'b')
    assert.equal((await bench.port.read(bench.key))?.owner, 'a')
  }),
]
