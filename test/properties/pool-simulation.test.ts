import { describe, expect, it } from 'vitest'
import { ofPool, oracle, powerOfTwo, roundRobin } from '../../bench/pool-simulation/choosers.ts'
import { type Chooser, oneSlow, percentile, type Scenario, simulate } from '../../bench/pool-simulation/simulate.ts'
import { Adaptive, guessLatencies, membersWithoutAgents } from '../../bench/pool-simulation/balancing.ts'
import { SeededRandom } from '../../packages/core/src/testing/doubles/seeded-random.ts'

function adaptive(seed: number): Chooser {
  const all = membersWithoutAgents(oneSlow.members)
  return ofPool(new Adaptive(new SeededRandom(seed)), all, () => guessLatencies(all))
}

const p999 = (scenario: Scenario, chooser: Chooser) => percentile(simulate(scenario, chooser), 0.999)

describe.each([1, 2, 3, 4])('ten members of which one is ten times slower, with seed %i', (seed) => {
  const scenario = { ...oneSlow, seed }
  const floor = p999(scenario, oracle())

  it('makes round robin wait for seconds: the slow one gets more than it can do', () => {
    expect(p999(scenario, roundRobin())).toBeGreaterThan(20 * floor)
  })

  it('makes the power of two choices by what is under way several times worse than the best', () => {
    expect(p999(scenario, powerOfTwo(seed))).toBeGreaterThan(3 * floor)
  })

  it('costs the adaptive strategy little: p99.9 is near that of an oracle', () => {
    expect(p999(scenario, adaptive(seed)) / floor).toBeLessThanOrEqual(1.18)
  })
})

describe('ten members of which none is slow', () => {
  it('costs the adaptive strategy nothing', () => {
    const scenario = { ...oneSlow, slowness: 1 }
    expect(p999(scenario, adaptive(1)) / p999(scenario, oracle())).toBeLessThanOrEqual(1.18)
  })
})
