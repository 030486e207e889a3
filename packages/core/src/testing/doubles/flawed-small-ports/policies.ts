import type { Policy, PolicyAttempt } from '../../../ports/index.js'
import type { PolicyUnderTest } from '../../contracts/policy-contract.js'
import { someTurns } from '../../contracts/turns.js'
import type { FlawedDouble } from '../flawed-double.js'
import { ManualClock } from '../manual-clock.js'
import { failed } from './plain-dispatcher.js'

type Work = (attempt: PolicyAttempt) => Promise<unknown>

/** Tries twice, with a wait in between; each part of what it does can be replaced by a flawed one. */
class PlainPolicy {
  readonly clock = new ManualClock()

  async execute(work: Work, signal?: AbortSignal): Promise<unknown> {
    if (signal !== undefined) this.refuse(signal)
    try {
      return this.result(await this.try(work, 1, signal))
    } catch (first) {
      if (signal !== undefined) this.check(signal)
      await this.wait(signal)
      return this.try(work, 2, signal).catch((last: unknown) => {
        throw this.thrown(first, last)
      })
    }
  }

  refuse(signal: AbortSignal): void {
    signal.throwIfAborted()
  }

  check(signal: AbortSignal): void {
    signal.throwIfAborted()
  }

  result(result: unknown): unknown {
    return result
  }

  thrown(_first: unknown, last: unknown): unknown {
    return last
  }

  async try(work: Work, attempt: number, signal?: AbortSignal): Promise<unknown> {
    const own = this.controller()
    const tried = work({ signal: own.signal, attempt: this.count(attempt) })
    return this.unless(signal, tried, (reason) => own.abort(this.reason(reason)))
  }

  controller(): AbortController {
    return new AbortController()
  }

  count(attempt: number): number {
    return attempt
  }

  reason(reason: unknown): unknown {
    return reason
  }

  /** Waits for a try, or for the signal. */
  unless(signal: AbortSignal | undefined, tried: Promise<unknown>, stop: (reason: unknown) => void): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const abort = () => {
      stop(signal?.reason)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort)
    tried.finally(() => signal?.removeEventListener('abort', abort)).then(resolve, reject)
    return promise
  }

  wait(signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = this.clock.schedule(20, resolve)
    signal?.addEventListener('abort', () => {
      timer.cancel()
      reject(signal.reason)
    })
    return promise
  }
}

function flawed(
  name: string,
  breaks: readonly string[],
  flaw: (own: PlainPolicy) => Partial<PlainPolicy>,
): FlawedDouble<PolicyUnderTest> {
  return {
    name,
    breaks,
    open: async () => {
      const own = new PlainPolicy()
      const policy = Object.assign(own, flaw(own)) as unknown as Policy
      const advance = async (ms: number) => {
        own.clock.advance(ms)
        await someTurns()
      }
      return { port: { policy, passing: () => failed('work.failed') }, advance }
    },
  }
}

const result = 'the work is done once where it succeeds, and what it resolved with is resolved with, when it is there'
const lastFailure = 'it rejects with what the last try failed by'
const ownSignal = 'each try is given a signal of its own, which has not aborted'
const counted = 'tries are counted from 1, where they are counted'
const mixed = 'executions under way at once do not mix'
const notBegun = 'work whose signal aborted before is not begun'
const sameReason = 'when the signal aborts, that of the try under way aborts with the same reason'
const notWaiting = 'when the signal aborts, it rejects without waiting for the work'
const duringTry = 'when the signal aborts during a try, no further try begins'
const betweenTries = 'when the signal aborts between two tries, no further try begins'

/** Policies with one flaw each: the contract has to find every one of them. */
export const flawedPolicies: readonly FlawedDouble<PolicyUnderTest>[] = [
  flawed('it tells only that the work was done', [result, mixed], () => ({ result: () => true })),
  flawed('it does the work once more to be sure', [result], (own) => {
    const once = own.try.bind(own)
    return {
      try: async (work, attempt, signal) => {
        const done = await once(work, attempt, signal)
        void once(work, attempt, signal).catch(() => {})
        return done
      },
    }
  }),
  flawed('it rejects with what the first try failed by', [lastFailure], () => ({ thrown: (first) => first })),
  flawed('it wraps what the work failed by', [lastFailure], () => ({
    thrown: (_, last) => failed('policy.gave_up', last),
  })),
  flawed('all tries have one signal', [ownSignal, sameReason], () => {
    const one = new AbortController()
    return { controller: () => ({ signal: one.signal, abort: () => {} }) as AbortController, reason: (own) => own }
  }),
  flawed('it counts from 0', [counted], () => ({ count: (attempt) => attempt - 1 })),
  flawed('it remembers only the last work', [mixed], (own) => {
    let last: Work | undefined
    const once = own.try.bind(own)
    return {
      try: async (work, attempt, signal) => {
        last = work
        await someTurns()
        return once(last, attempt, signal)
      },
    }
  }),
  flawed('it begins what was cancelled before', [notBegun], () => ({ refuse: () => {} })),
  flawed('it does not tell why', [sameReason], () => ({ reason: () => undefined })),
  flawed('it does not stop the try', [sameReason], (own) => {
    const waiting = own.unless.bind(own)
    return { unless: (signal, tried) => waiting(signal, tried, () => {}) }
  }),
  flawed('it waits for work that was told to stop', [notWaiting], () => ({
    unless: (signal, tried, stop) => {
      signal?.addEventListener('abort', () => stop(signal.reason))
      return tried
    },
  })),
  flawed('it takes being stopped for a failure', [duringTry, notWaiting, sameReason], () => ({ check: () => {} })),
  flawed('it waits on, and tries again', [betweenTries], (own) => ({
    wait: () => new Promise((resolve) => void own.clock.schedule(20, resolve)),
  })),
]
