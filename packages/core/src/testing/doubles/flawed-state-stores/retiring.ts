import type { RunnerInfo, StateStore } from '../../../ports/index.js'
import type { ManualClock } from '../manual-clock.js'
import { altered, flawed } from './altered.js'

/** Ends, when it is asked to retire, also the leases of earlier runners that pass a test. */
function alsoRetiring(
  store: StateStore,
  clock: ManualClock,
  passes: (earlier: RunnerInfo, runner: RunnerInfo) => boolean,
): Partial<StateStore> {
  const seen = new Map<string, RunnerInfo>()
  return {
    claim: async (request, call) => {
      for (const earlier of request.retire ? seen.values() : []) {
        if (earlier.name === request.runner.name || !passes(earlier, request.runner)) continue
        await store.claim({ runner: earlier, leaseMs: 1, workflows: [], limit: 0 })
        clock.advance(1)
      }
      const answer = await store.claim(request, call)
      seen.set(request.runner.name, request.runner)
      return answer
    },
  }
}

/** Stores that end the leases of the wrong runners. */
export const flawedRetirers = [
  flawed('does not retire', ['to retire ends the leases of earlier runners of the same instance'], (store) =>
    altered(store, { request: (request) => ({ ...request, retire: false }) }),
  ),
  flawed('retires who asks for it too', ['to retire earlier runners leaves the lease of who does it'], (store) =>
    altered(store, { request: (request) => (request.retire ? { ...request, leaseMs: 1 } : request) }),
  ),
  flawed(
    'retires without being asked',
    ['to retire ends the leases of earlier runners of the same instance'],
    (store) => altered(store, { request: (request) => ({ ...request, retire: true }) }),
  ),
  flawed(
    'retires every runner',
    [
      'to retire leaves the leases of other instances alone',
      'to retire leaves other instances of the same host alone',
      'to retire leaves runners of the same host alone whose process lives',
      'to retire leaves runners of other hosts alone, whatever runs under their pid here',
    ],
    (store, clock) => alsoRetiring(store, clock, () => true),
  ),
  flawed(
    'retires every instance of a host',
    ['to retire leaves other instances of the same host alone'],
    (store, clock) =>
      alsoRetiring(store, clock, ({ host, pid }, runner) => host !== undefined && host === runner.host && !pid),
  ),
  flawed(
    'takes every process of its host for gone',
    ['to retire leaves runners of the same host alone whose process lives'],
    (store, clock) =>
      alsoRetiring(
        store,
        clock,
        ({ host, pid }, runner) => pid !== undefined && host !== undefined && host === runner.host,
      ),
  ),
  flawed(
    'looks here for processes of other hosts',
    ['to retire leaves runners of other hosts alone, whatever runs under their pid here'],
    (store, clock) => alsoRetiring(store, clock, ({ host, pid }, runner) => pid !== undefined && host !== runner.host),
  ),
  flawed(
    'takes runners that name no host for runners of one host',
    ['to retire leaves runners of other hosts alone, whatever runs under their pid here'],
    (store, clock) =>
      alsoRetiring(store, clock, ({ host, pid }, runner) => pid !== undefined && host === undefined && !runner.host),
  ),
]
