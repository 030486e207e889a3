import assert from 'node:assert/strict'
import { lapseMs, leaseMs, lockCase, longLeaseMs, mediumLeaseMs } from './lock-bench.js'

/** Who gets a key. */
export const takingCases = [
  lockCase('a free key is given to whoever asks', async (bench) => {
    const { key, owner, token } = await bench.acquired('a')
    assert.deepEqual({ key, owner }, { key: bench.key, owner: 'a' })
    assert.equal(Number.isSafeInteger(token), true)
  }),
  lockCase('a key that is held is given to nobody else', async (bench) => {
    await bench.acquired('a')
    assert.equal(await bench.acquire('b'), undefined)
    assert.equal(await bench.acquire('b', longLeaseMs, bench.key, bench.other), undefined)
  }),
  lockCase('a key that is held is not given to its owner again', async (bench) => {
    await bench.acquired('a')
    assert.equal(await bench.acquire('a'), undefined)
  }),
  lockCase('to ask for a held key does not wait for it', async (bench) => {
    await bench.acquired('a', leaseMs)
    const answer = bench.acquire('b')
    // The lease lapses after this; who was told by now has not waited for that.
    let told = false
    void answer.then(() => (told = true))
    for (let turn = 0; turn < 200 && !told; turn++) await bench.port.read(bench.key)
    await bench.advance(lapseMs)
    assert.equal(await answer, undefined)
  }),
  lockCase('to ask for a held key in vain leaves its lease as it is', async (bench) => {
    const lease = await bench.acquired('a', mediumLeaseMs)
    await bench.acquire('b', longLeaseMs)
    const { owner, token, remainingMs = 0 } = (await bench.port.read(bench.key)) ?? {}
    assert.deepEqual({ owner, token }, { owner: 'a', token: lease.token })
    assert(remainingMs <= mediumLeaseMs)
  }),
  lockCase('of many who ask at once exactly one gets the key', async (bench) => {
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          bench.acquire(`${index}`, longLeaseMs, bench.key, index % 2 === 0 ? bench.port : bench.other),
        ),
      )
      const won = answers.filter((lease) => lease !== undefined)
      assert.equal(won.length, 1)
      assert.equal((await bench.port.read(bench.key))?.token, won[0]?.token)
      await bench.port.release(won)
    }
  }),
  lockCase('a key is free again when its lease has lapsed', async (bench) => {
    await bench.acquired('a', leaseMs)
    await bench.advance(lapseMs)
    assert.equal((await bench.acquired('b')).owner, 'b')
  }),
  lockCase('the tokens of a key grow, also after a release and after a lapse', async (bench) => {
    const tokens: number[] = []
    for (let round = 0; round < 6; round++) {
      const lease = await bench.acquired('a', leaseMs)
      tokens.push(lease.token)
      if (round % 2 === 0) await bench.port.release([lease])
      else await bench.advance(lapseMs)
    }
    for (const [index, token] of tokens.entries())
      assert(index === 0 || token > (tokens[index - 1] ?? token), `tokens were ${tokens.join(', ')}`)
  }),
]
