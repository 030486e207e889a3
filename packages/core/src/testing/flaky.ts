import type { Clock } from '../ports/index.js'
import { SeededRandom } from './doubles/seeded-random.js'
import { testingFailure } from './testing-failure.js'

/** How a port is to fail. Rates are from 0 to 1; equal seeds fail at equal places. */
export interface FlakyPlan {
  readonly seed?: number
  /** How often a call fails before it does anything. */
  readonly failRate?: number
  /** How often a call does its work and then fails, as when the answer is lost on its way. */
  readonly lostRate?: number
  /** How long calls are delayed: between these two, on the clock given. */
  readonly delayMs?: readonly [least: number, most: number]
  readonly clock?: Clock
  /** The methods that are flaky; all, unless given. */
  readonly methods?: readonly string[]
  /** Makes the failure; `testing.flaky`, which is worth a retry, unless given. */
  readonly failure?: (method: string) => Error
}

/** Ports that fail as planned. */
export const Flaky = {
  /** The same port, but its methods fail and are delayed as planned. Methods must return promises. */
  wrap<Port extends object>(port: Port, plan: FlakyPlan): Port {
    if (plan.delayMs !== undefined && plan.clock === undefined) throw testingFailure('testing.no_clock', {})
    const random = new SeededRandom(plan.seed)
    return new Proxy(port, {
      get(target, name) {
        const member = Reflect.get(target, name, target) as unknown
        if (typeof member !== 'function') return member
        if (typeof name !== 'string' || (plan.methods && !plan.methods.includes(name))) return member.bind(target)
        return (...args: unknown[]) => flakyCall(() => Reflect.apply(member, target, args), name, plan, random)
      },
    })
  },
}

async function flakyCall(
  call: () => unknown,
  method: string,
  { failRate = 0, lostRate = 0, delayMs, clock, failure }: FlakyPlan,
  random: SeededRandom,
): Promise<unknown> {
  const fails = random.next() < failRate
  const isLost = random.next() < lostRate
  const delay = delayMs && delayMs[0] + random.next() * (delayMs[1] - delayMs[0])
  if (delay !== undefined && clock !== undefined) {
    await new Promise<void>((resolve) => void clock.schedule(delay, resolve))
  }
  const fail = (how: string) => failure?.(method) ?? testingFailure('testing.flaky', { method, how })
  if (fails) throw fail('before it did anything')
  const result = await call()
  if (isLost) throw fail('after it had done its work')
  return result
}
