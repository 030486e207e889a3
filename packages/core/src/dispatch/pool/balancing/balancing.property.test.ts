import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { ManualCall } from '../../../testing/doubles/manual-call.js'
import { Workbench } from '../../../testing/doubles/workbench.js'
import { agent, definitionOf, operation } from '../../agent/index.js'
import { pool, type StrategyName } from '../index.js'

const anything = z.object({})
const runs = { numRuns: 1_000 }

/** A pool that does its work at once, or holds it; tells who was chosen. */
function put(weights: readonly number[], strategy: StrategyName, isHolding = false) {
  const bench = new Workbench()
  let by = -1
  const members = weights.map((weight, index) => {
    const hold = bench.holding(`m${index}`)
    const run = () => {
      by = index
      return isHolding ? hold() : {}
    }
    const made = agent(`m${index}`, { find: operation({ input: anything, output: anything, run }) })
    return { agent: made, weight }
  })
  const work = definitionOf(pool('search', members, { strategy }))?.bind(bench.provision)
  return (session?: string): number => {
    const message = bench.request({ session })
    void work?.output(message, new ManualCall(message))
    return by
  }
}

function count(chosen: readonly number[], members: number): number[] {
  const counts = Array.from({ length: members }, () => 0)
  for (const index of chosen) counts[index] = (counts[index] ?? 0) + 1
  return counts
}

it('weighted gives each its exact share in each round, and never falls behind by more than a turn for each other', () => {
  const given = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(given, fc.integer({ min: 1, max: 3 }), (weights, rounds) => {
      const choose = put(weights, 'weighted')
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      const chosen = Array.from({ length: total * rounds }, () => choose())
      expect(count(chosen, weights.length)).toEqual(weights.map((weight) => weight * rounds))
      for (let turns = 1; turns < chosen.length; turns++) {
        const soFar = count(chosen.slice(0, turns), weights.length)
        for (const [index, weight] of weights.entries()) {
          expect(Math.abs((soFar[index] ?? 0) - (turns * weight) / total)).toBeLessThan(weights.length)
        }
      }
    }),
    runs,
  )
})

it('least loaded never has one do more than another, by more than a call', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 60 }), (members, calls) => {
      const choose = put(
        Array.from({ length: members }, () => 1),
        'least-loaded',
        true,
      )
      const counts = count(
        Array.from({ length: calls }, () => choose()),
        members,
      )
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    }),
    runs,
  )
})

it('consistent hash moves keys only to who joins, and only its share', () => {
  let moved = 0
  let keys = 0
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 20, maxLength: 20 }), (sessions) => {
      const even = Array.from({ length: 11 }, () => 1)
      const before = put(even.slice(1), 'consistent-hash')
      const after = put(even, 'consistent-hash')
      for (const session of new Set(sessions)) {
        const [old, now] = [before(session), after(session)]
        keys++
        if (old === now) continue
        moved++
        expect(now).toBe(10)
      }
    }),
    runs,
  )
  expect(moved / keys).toBeLessThan(0.1)
})

it('consistent hash moves a tenth of ten thousand even keys at most when ten become eleven', () => {
  const even = Array.from({ length: 11 }, () => 1)
  const before = put(even.slice(1), 'consistent-hash')
  const after = put(even, 'consistent-hash')
  const keys = Array.from({ length: 10_000 }, (_, index) => `session-${index}`)
  const moved = keys.filter((key) => before(key) !== after(key)).length
  expect(moved / keys.length).toBeGreaterThan(0.08)
  expect(moved / keys.length).toBeLessThanOrEqual(0.1)
})

it('consistent hash gives each the share of keys that it weighs', () => {
  const weights = [1, 2, 3, 4]
  const choose = put(weights, 'consistent-hash')
  const counts = count(
    Array.from({ length: 20_000 }, (_, index) => choose(`key ${index}`)),
    4,
  )
  for (const [index, weight] of weights.entries()) {
    expect(Math.abs((counts[index] ?? 0) / 20_000 - weight / 10)).toBeLessThan(0.015)
  }
})

it('consistent hash never has a member do more than its share and a quarter, rounded up', () => {
  const given = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 })
  const sessions = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(given, sessions, (weights, keys) => {
      const choose = put(weights, 'consistent-hash', true)
      const chosen = keys.map((key) => choose(key))
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      for (const [index, inFlight] of count(chosen, weights.length).entries()) {
        const bound = Math.ceil((1.25 * keys.length * (weights[index] ?? 0)) / total)
        expect(inFlight).toBeLessThanOrEqual(bound)
      }
    }),
    runs,
  )
})
