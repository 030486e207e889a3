import assert from 'node:assert/strict'
import { lapseMs, leaseMs, lockCase, longLeaseMs, mediumLeaseMs } from './lock-bench.js'

/** How leases are prolonged and given back. */
export const keepingCases = [
  lockCase('a lease that is extended lasts on from then', async (bench) => {
    const lease = await bench.acquired('a', mediumLeaseMs)
    assert.deepEqual(await bench.port.extend([lease], longLeaseMs), [true])
    const { token, remainingMs = 0 } = (await bench.port.read(bench.key)) ?? {}
    assert.equal(token, lease.token)
    assert(remainingMs > mediumLeaseMs && remainingMs <= longLeaseMs)
  }),
  lockCase('to extend a lease can shorten it', async (bench) => {
    const lease = await bench.acquired('a', longLeaseMs)
    assert.deepEqual(await bench.port.extend([lease], leaseMs), [true])
    await bench.advance(lapseMs)
    assert.equal((await bench.acquired('b')).owner, 'b')
  }),
  lockCase('a lease that lapsed is not extended, though nobody took the key', async (bench) => {
    const lease = await bench.acquired('a', leaseMs)
    await bench.advance(lapseMs)
    assert.deepEqual(await bench.port.extend([lease], longLeaseMs), [false])
    assert.equal(await bench.port.read(bench.key), undefined)
  }),
  lockCase("a lost lease does not extend its successor's, also of the same owner", async (bench) => {
    const lost = await bench.acquired('a', leaseMs)
    await bench.advance(lapseMs)
    await bench.acquired('a', mediumLeaseMs)
    assert.deepEqual(await bench.port.extend([lost], longLeaseMs), [false])
    assert(((await bench.port.read(bench.key))?.remainingMs ?? longLeaseMs) <= mediumLeaseMs)
  }),
  lockCase('a lease is not extended in the name of another owner', async (bench) => {
    const lease = await bench.acquired('a', mediumLeaseMs)
    assert.deepEqual(await bench.port.extend([{ ...lease, owner: 'b' }], longLeaseMs), [false])
    assert(((await bench.port.read(bench.key))?.remainingMs ?? longLeaseMs) <= mediumLeaseMs)
  }),
  lockCase('a lease that was released is not extended', async (bench) => {
    const lease = await bench.acquired('a')
    await bench.port.release([lease])
    assert.deepEqual(await bench.port.extend([lease], longLeaseMs), [false])
    assert.equal((await bench.acquired('b')).owner, 'b')
  }),
  lockCase('many leases are extended in one call, each answered in its place', async (bench) => {
    const [first, lost, last] = [
      await bench.acquired('a', mediumLeaseMs, `${bench.key} 1`),
      await bench.acquired('a', mediumLeaseMs, `${bench.key} 2`),
      await bench.acquired('a', mediumLeaseMs, `${bench.key} 3`),
    ]
    await bench.port.release([lost])
    assert.deepEqual(await bench.port.extend([first, lost, last], longLeaseMs), [true, false, true])
    for (const { key } of [first, last]) {
      assert(((await bench.port.read(key))?.remainingMs ?? 0) > mediumLeaseMs)
    }
    assert.deepEqual(await bench.port.extend([last, first, lost], longLeaseMs), [true, true, false])
    assert.deepEqual(await bench.port.extend([], longLeaseMs), [])
  }),
  lockCase('a lease that is given back frees its key at once', async (bench) => {
    const lease = await bench.acquired('a')
    await bench.port.release([lease])
    assert.equal(await bench.port.read(bench.key), undefined)
    assert.equal((await bench.acquired('b')).owner, 'b')
  }),
  lockCase('to release a lost lease leaves its successor alone, also of the same owner', async (bench) => {
    const lost = await bench.acquired('a', leaseMs)
    await bench.advance(lapseMs)
    const next = await bench.acquired('a')
    await bench.port.release([lost])
    assert.equal((await bench.port.read(bench.key))?.token, next.token)
    assert.equal(await bench.acquire('b'), undefined)
  }),
  lockCase('a lease is not released in the name of another owner', async (bench) => {
    const lease = await bench.acquired('a')
    await bench.port.release([{ ...lease, owner: 'b' }])
    assert.equal((await bench.port.read(bench.key))?.token, lease.token)
  }),
  lockCase('to release twice, or nothing, does nothing', async (bench) => {
    const lease = await bench.acquired('a')
    await bench.port.release([lease])
    await bench.port.release([lease])
    await bench.port.release([])
    const next = await bench.acquired('b')
    assert.equal((await bench.port.read(bench.key))?.token, next.token)
  }),
  lockCase('many leases are released in one call', async (bench) => {
    const keys = ['1', '2', '3'].map((name) => `${bench.key} ${name}`)
    const leases = []
    for (const key of keys) leases.push(await bench.acquired('a', longLeaseMs, key))
    await bench.port.release(leases)
    for (const key of keys) assert.equal(await bench.port.read(key), undefined)
  }),
]
