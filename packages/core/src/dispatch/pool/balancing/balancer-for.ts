import type { Random } from '../../../ports/index.js'
import type { PoolSettings } from '../pool-options.js'
import { Adaptive } from './adaptive.js'
import type { Balancer } from './balancer.js'
import { ConsistentHash } from './consistent-hash.js'
import { LeastLoaded } from './least-loaded.js'
import { OwnStrategy } from './own-strategy.js'
import { RoundRobin } from './round-robin.js'
import { Weighted } from './weighted.js'

/** The strategy of a pool, at work: it counts and remembers for this pool alone. */
export function balancerFor(pool: string, { strategy, key }: PoolSettings, random: Random): Balancer {
  switch (strategy) {
    case 'round-robin':
      return new RoundRobin()
    case 'weighted':
      return new Weighted()
    case 'least-loaded':
      return new LeastLoaded()
    case 'adaptive':
      return new Adaptive(random)
    case 'consistent-hash':
      return new ConsistentHash(key)
    default:
      return new OwnStrategy(pool, strategy)
  }
}
