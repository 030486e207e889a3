import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SeededRandom } from '../../../testing/doubles/seeded-random.js'
import { backoffMs, type Jitter } from './backoff.js'

// Sums and halves of these are exact.
const wait = fc.oneof(fc.nat(100), fc.nat(86_400_000)).map((ms) => ms / 8)
const options = fc.record({
  baseMs: wait,
  capMs: wait,
  jitter: fc.constantFrom<Jitter>('full', 'equal', 'decorrelated', 'none'),
})
const runs = { numRuns: 2_000 }

test('waits are never below 0 nor above the cap, for whatever retry, and what is wanted of their kind', () => {
  fc.assert(
    fc.property(options, fc.integer({ min: 1, max: 5_000 }), wait, fc.integer(), (one, retry, beforeMs, seed) => {
      const { baseMs, capMs, jitter } = one
      const ms = backoffMs(one, retry, beforeMs, new SeededRandom(seed))
      const whole = Math.min(capMs, baseMs * 2 ** Math.min(retry - 1, 100))
      expect(ms >= 0 && ms <= capMs).toBe(true)
      if (jitter === 'none') expect(ms).toBe(whole)
      if (jitter === 'full') expect(ms).toBeLessThanOrEqual(whole)
      if (jitter === 'equal') expect(ms >= whole / 2 && ms <= whole).toBe(true)
      if (jitter === 'decorrelated') {
        expect(ms).toBeGreaterThanOrEqual(Math.min(baseMs, capMs))
        expect(ms).toBeLessThanOrEqual(Math.max(baseMs, 3 * beforeMs))
      }
    }),
    runs,
  )
})

test('equal seeds give equal waits', () => {
  fc.assert(
    fc.property(options, fc.integer(), (one, seed) => {
      const waits = () => {
        const random = new SeededRandom(seed)
        const all: number[] = []
        for (let retry = 1; retry < 10; retry++) all.push(backoffMs(one, retry, all.at(-1) ?? 0, random))
        return all
      }
      expect(waits()).toEqual(waits())
    }),
    runs,
  )
})

test('chance uses all the room it has', () => {
  for (const [jitter, least, most] of [
    ['full', 0, 400],
    ['equal', 200, 400],
    ['decorrelated', 100, 900],
  ] as const) {
    const random = new SeededRandom()
    const waits = Array.from({ length: 2_000 }, () => backoffMs({ baseMs: 100, capMs: 5_000, jitter }, 3, 300, random))
    const room = most - least
    expect(Math.min(...waits)).toBeLessThan(least + room / 100)
    expect(Math.max(...waits)).toBeGreaterThan(most - room / 100)
    expect(Math.abs(waits.reduce((sum, one) => sum + one, 0) / waits.length - (least + most) / 2)).toBeLessThan(
      room / 20,
    )
  }
})
