import { defineBench } from './harness/bench.ts'
import { fromSource } from './harness/from-source.ts'

type Balancing = typeof import('./pool-simulation/balancing.ts')

const url = new URL('./pool-simulation/balancing.ts', import.meta.url)
const { Adaptive, ConsistentHash, LeastLoaded, membersWithoutAgents, RoundRobin, Weighted } =
  await fromSource<Balancing>(url)

const message = { session: 'a-session', operation: 'find' } as never
const random = { next: () => Math.random(), id: () => '' }
let now = 1_000

/** Each strategy has members of its own, of which all have been measured at some time, and some are busy. */
function choosing(balancer: InstanceType<typeof Adaptive | typeof RoundRobin>): () => unknown {
  const members = membersWithoutAgents(64)
  for (const [index, member] of members.entries()) {
    member.took('succeeded', 10 + index, now - 20 * index)
    member.inFlight = index % 5
  }
  return () => balancer.choose(members, message, (now += 0.001))
}

export default defineBench({
  name: 'choice of one of 64 members',
  floor: { name: 'one after the other', run: choosing(new RoundRobin()) },
  cases: [
    { name: 'adaptive', run: choosing(new Adaptive(random)), target: { ns: 30 } },
    { name: 'least-loaded', run: choosing(new LeastLoaded()) },
    { name: 'weighted', run: choosing(new Weighted()) },
    { name: 'consistent-hash', run: choosing(new ConsistentHash()) },
  ],
})
