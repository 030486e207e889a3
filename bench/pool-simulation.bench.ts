import { defineBench } from './harness/bench.ts'
import { fromSource } from './harness/from-source.ts'
import type * as Balancing from './pool-simulation/balancing.ts'
import { ofPool, oracle, powerOfTwo, roundRobin } from './pool-simulation/choosers.ts'
import { type Chooser, mulberry, oneSlow, percentile, simulate } from './pool-simulation/simulate.ts'

const url = new URL('./pool-simulation/balancing.ts', import.meta.url)
const { Adaptive, guessLatencies, membersWithoutAgents } = await fromSource<typeof Balancing>(url)

function adaptive(seed: number): Chooser {
  const members = membersWithoutAgents(oneSlow.members)
  return ofPool(new Adaptive({ next: mulberry(seed), id: () => '' }), members, () => guessLatencies(members))
}

/** The latency that one call of a thousand exceeds, of a hundred thousand in virtual time. */
function slowest(name: string, chooser: (seed: number) => Chooser) {
  const figure = (seed: number) => percentile(simulate({ ...oneSlow, seed }, chooser(seed)), 0.999) * 1e6
  return { name, figure, run: () => undefined }
}

export default defineBench({
  name: 'p99.9 of a call of ten members, of which one is ten times slower (virtual time)',
  floor: slowest('an oracle, which knows the slow one and sees all lines', oracle),
  cases: [
    { ...slowest('adaptive', adaptive), target: { timesFloor: 1.18 } },
    slowest('the less busy of two', powerOfTwo),
    slowest('round robin', roundRobin),
  ],
})
