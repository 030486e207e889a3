import assert from 'node:assert/strict'
import type { Random } from '../../ports/index.js'
import type { Contract } from '../contract.js'

const many = 100_000

/** What a Random promises: one case for each promise of the port's prose. `another` is as one of another process. */
export const randomContract: Contract<Random> = {
  port: 'Random',
  cases: [
    {
      name: 'a number is from 0, included, to 1, excluded',
      run: async ({ port }) => {
        for (let draw = 0; draw < many; draw++) {
          const number = port.next()
          assert(typeof number === 'number' && number >= 0 && number < 1, `${number} is not from 0 to 1`)
        }
      },
    },
    {
      name: 'numbers are evenly distributed',
      run: async ({ port }) => {
        const counts = Array.from({ length: 100 }, () => 0)
        for (let draw = 0; draw < many; draw++) {
          const part = Math.min(counts.length - 1, Math.floor(port.next() * counts.length))
          counts[part] = (counts[part] ?? 0) + 1
        }
        const expected = many / counts.length
        const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
        // 99 degrees of freedom: chance alone exceeds this once in ten thousand million times.
        assert(chiSquare < 218, `the deviation is ${chiSquare}`)
      },
    },
    {
      name: 'an id is 1 to 64 ASCII letters, digits, - and _',
      run: async ({ port }) => {
        for (let count = 0; count < many; count++) assert.match(port.id(), /^[A-Za-z0-9_-]{1,64}$/)
      },
    },
    {
      name: 'no id is given twice',
      run: async ({ port }) => {
        assert.equal(new Set(Array.from({ length: many }, () => port.id())).size, many)
      },
    },
    {
      name: 'no id is given by another instance too',
      run: async ({ port, another }) => {
        const other = await another?.()
        assert(other, 'open() gives no other instance')
        const ids = new Set<string>()
        for (let count = 0; count < many; count++) ids.add(port.id()).add(other.id())
        assert.equal(ids.size, 2 * many)
      },
    },
  ],
}
