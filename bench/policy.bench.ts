import {
  ConsecutiveBreaker,
  circuitBreaker as cockatielBreaker,
  handleAll,
  retry as cockatielRetry,
  timeout as cockatielTimeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel'
import CircuitBreaker from 'opossum'
import pRetry from 'p-retry'
import { bulkhead, circuitBreaker, createOrchestrator, policy, rateLimit, retry, timeout } from '@baton/core'
import { defineBench } from './harness/bench.ts'

const orchestrator = await createOrchestrator({})
const work = async () => 1
const reading = async ({ signal }: { signal: AbortSignal }) => (signal.aborted ? 0 : 1)
const frame = async () => await work()

const usual = orchestrator.policy(
  'usual',
  policy(retry(), bulkhead({ limit: 100 }), circuitBreaker({ opensAfter: { consecutive: 5 } }), timeout({ ms: 1_000 })),
)
const byTime = orchestrator.policy(
  'byTime',
  policy(retry(), bulkhead({ limit: 100 }), circuitBreaker(), timeout({ ms: 1_000 })),
)
const everything = orchestrator.policy(
  'everything',
  policy(
    retry(),
    bulkhead({ limit: 100 }),
    rateLimit({ requests: { limit: 1e9, perMs: 1 } }),
    circuitBreaker({ slow: { overMs: 500, rate: 0.5 } }),
    timeout({ ms: 1_000 }),
  ),
)
const open = orchestrator.policy('open', policy(circuitBreaker()))
open.circuit?.isolate()
const settled = () => {}

const ofCockatiel = wrap(
  cockatielRetry(handleAll, { maxAttempts: 3 }),
  cockatielBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) }),
  cockatielTimeout(1_000, TimeoutStrategy.Aggressive),
)
const ofOpossum = new CircuitBreaker(work, { timeout: 1_000 })

export default defineBench({
  name: 'work that succeeds, under a policy',
  floor: { name: 'one async frame around it', run: frame },
  cases: [
    {
      name: 'retry, bulkhead, breaker, timeout',
      run: () => usual.execute(work),
      target: { ns: 220, orTimesFloor: 2.4 },
    },
    { name: 'the same, breaker by time', run: () => byTime.execute(work) },
    {
      name: 'with slow calls, rate limit, a signal that is read',
      run: () => everything.execute(reading),
      target: { ns: 320 },
    },
    { name: 'refusal of an open breaker', run: () => open.execute(work).catch(settled), target: { ns: 150 } },
    { name: 'cockatiel: retry, breaker, timeout', run: () => ofCockatiel.execute(work) },
    { name: 'opossum: breaker, timeout', run: () => ofOpossum.fire() },
    { name: 'p-retry', run: () => pRetry(work), after: () => ofOpossum.shutdown() },
  ],
})
