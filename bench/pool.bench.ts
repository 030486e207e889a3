import { defineBench } from './harness/bench.ts'
import { fromSource } from './harness/from-source.ts'
import type * as Balancing from './pool-simulation/balancing.ts'

const url = new URL('./pool-simulation/balancing.ts', import.meta.url)
const { Adaptive, ConsistentHash, LeastLoaded, membersWithoutAgents, RoundRobin, Weighted } =
  await fromSource<typeof Balancing>(url)

const message = { session: 'a-session', operation: 'find' } as never
const random = { next: () => Math.random(), id: () => '' }
const now = 1_000

/** Each strategy has members of its own, of which all have been measured at some time, and some are busy. */
function members() {
  const all = membersWithoutAgents(64)
  for (const [index, member] of all.entries()) {
    member.took('succeeded', 10 + index, now - 5 * index)
    member.inFlight = index % 5
  }
  return all
}

const [forRobin, forAdaptive, forLoad, forWeight, forHash] = [members(), members(), members(), members(), members()]
const roundRobin = new RoundRobin()
const adaptive = new Adaptive(random)
const leastLoaded = new LeastLoaded()
const weighted = new Weighted()
const consistentHash = new ConsistentHash()

// Each is called in a place of its own, as it is where there is one pool.
export default defineBench({
  name: 'choice of one of 64 members',
  floor: { name: 'one after the other', run: () => roundRobin.choose(forRobin, message, now) },
  cases: [
    { name: 'adaptive', run: () => adaptive.choose(forAdaptive, message, now), target: { overFloorNs: 30 } },
    { name: 'least-loaded', run: () => leastLoaded.choose(forLoad, message, now) },
    { name: 'weighted', run: () => weighted.choose(forWeight, message, now) },
    { name: 'consistent-hash', run: () => consistentHash.choose(forHash, message, now) },
  ],
})
