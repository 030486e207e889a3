import type { ClaimAnswer, ClaimRequest, Head, StateStore } from '../../../ports/index.js'
import { altered, flawed } from './altered.js'

type Claimed = ClaimAnswer['runs'][number]

/** Claims, beside what is asked for, every listed run that passes a test. */
function alsoTaking(store: StateStore, passes: (head: Head, request: ClaimRequest) => boolean): Partial<StateStore> {
  return {
    claim: async (request, call) => {
      const { heads } = await store.list({ limit: 500 })
      const wanted = heads.filter((head) => request.workflows.some(({ workflow }) => workflow === head.workflow))
      const take = wanted.filter((head) => passes(head, request)).map(({ tenant, id }) => ({ tenant, id }))
      return store.claim({ ...request, take: [...(request.take ?? []), ...take.slice(0, request.limit)] }, call)
    },
  }
}

function runsOf(
  change: (run: Claimed, request: ClaimRequest) => Claimed,
): (answer: ClaimAnswer, request: ClaimRequest) => ClaimAnswer {
  return (answer, request) => ({ ...answer, runs: answer.runs.map((run) => change(run, request)) })
}

/** Stores whose claims take the wrong runs, or take them wrongly. */
export const flawedClaimants = [
  flawed(
    'gives claims at once the same runs and tokens',
    [
      'two claims at once never take the same run',
      'no token is given twice, however many claims take a run at once',
      'a claim of what cannot be is refused and takes nothing',
    ],
    (store) => {
      let underWay: Promise<ClaimAnswer> | undefined
      return {
        claim: async (request, call) => {
          if (underWay !== undefined) {
            const answer = await underWay
            if (answer.runs.length > 0) return answer
          }
          const answer = store.claim(request, call)
          underWay = answer
          await answer
          for (let turn = 0; turn < 100; turn++) await Promise.resolve()
          underWay = undefined
          return answer
        },
      }
    },
  ),
  flawed('claims ended runs', ['an ended run is never taken, not even by name'], (store) => ({
    claim: async (request, call) => {
      const answer = await store.claim(request, call)
      const ended: Claimed[] = []
      for (const run of request.take ?? []) {
        const { head } = (await store.read(run, { limit: 1 })) ?? {}
        if (head?.endedAt === undefined) continue
        ended.push({ head, hold: { run, ref: head.ref, token: head.token, runner: request.runner.name } })
      }
      return { ...answer, runs: [...answer.runs, ...ended] }
    },
  })),
  flawed(
    'claims runs that need attention',
    [
      'a signal to a run that needs attention is kept and does not wake it',
      'a run that needs attention is only taken by name',
      'the due runs are those that a claim would take',
    ],
    (store) => alsoTaking(store, (head) => head.status === 'needs-attention'),
  ),
  flawed(
    'claims the runs of live runners',
    [
      'a run whose runner is alive is not taken',
      'a lease that was renewed before a run was created covers it',
      'every claim renews the lease, also one of nothing',
      'a claim takes lapsed and due runs, together at most its limit',
      'runs are taken by name beside the limit',
      'to retire ends the leases of earlier runners of the same instance',
      'to retire leaves the leases of other instances alone',
      'to retire earlier runners leaves the lease of who does it',
      'two claims at once never take the same run',
      'a runner that was silent loses only what was taken',
      'the due runs are those that a claim would take',
      'to retire leaves other instances of the same host alone',
      'to retire leaves runners of other hosts alone, whatever runs under their pid here',
      'to retire leaves runners of the same host alone whose process lives',
    ],
    (store) => alsoTaking(store, (head, { runner }) => head.status === 'running' && head.runner !== runner.name),
  ),
  flawed(
    "claims a runner's own runs again",
    [
      'a run that was created as pending is due when its time has come',
      'a runner is told by its claim of signals to the runs it holds',
      'due runs of several versions that are beyond the limit stay due',
      'due runs are taken in the order of their times',
      'a runner does not take its own running runs',
    ],
    (store) => alsoTaking(store, (head, { runner }) => head.status === 'running' && head.runner === runner.name),
  ),
  flawed(
    'lets no lease lapse',
    [
      'a run is taken when the lease of its runner has lapsed',
      'takeovers counts how often a run was taken from a runner',
      'a claim of what cannot be is refused and takes nothing',
    ],
    (store) => altered(store, { request: (request) => ({ ...request, leaseMs: Math.max(request.leaseMs, 600_000) }) }),
  ),
  flawed(
    'does not renew when nothing is to be claimed',
    ['every claim renews the lease, also one of nothing'],
    (store) => {
      const until = new Map<string, number>()
      return altered(store, {
        request: (request) => {
          const before = until.get(request.runner.name) ?? request.leaseMs
          until.set(request.runner.name, request.leaseMs)
          return request.limit === 0 ? { ...request, leaseMs: before } : request
        },
      })
    },
  ),
  flawed(
    'takes a limit of 0 for none',
    [
      'a limit of 0 takes nothing',
      'a runner that was silent loses only what was taken',
      'the due runs are those that a claim would take',
    ],
    (store) => altered(store, { request: (request) => ({ ...request, limit: request.limit || 1_000 }) }),
  ),
  flawed(
    'counts its limit for lapsed and for due runs',
    [
      'output and failure are those of the last move',
      'a move that gives no output leaves none of an earlier one',
      'a runner that takes its own run again is told of its signals by the head alone',
      'a claim takes lapsed and due runs, together at most its limit',
      'due runs are taken in the order of their times',
      'a run that needs attention is only taken by name',
      'a run is taken by name whatever its lease',
      'runs are taken by name beside the limit',
      'a run that is named and lapsed is taken once',
      'names of runs that are not there are passed over',
      'a runner can take its own run by name, under a new token',
      'whatever was accepted before a claim is read after it',
      'any identifier can name a runner',
    ],
    (store) => ({
      claim: async (request, call) => {
        const half = await store.claim(request, call)
        const other = await store.claim(request, call)
        return { ...half, runs: [...half.runs, ...other.runs] }
      },
    }),
  ),
  flawed(
    'claims at most 100 runs',
    ['a claim of many runs takes them all', 'a claim of what cannot be is refused and takes nothing'],
    (store) => altered(store, { request: (request) => ({ ...request, limit: Math.min(request.limit, 100) }) }),
  ),
  flawed(
    'counts no takeovers',
    [
      'to suspend a run resets its takeovers, to hand it back does not',
      'takeovers counts how often a run was taken from a runner',
      'a run is taken by name whatever its lease',
    ],
    (store) => altered(store, { head: (head) => ({ ...head, takeovers: 0 }) }),
  ),
  flawed(
    'counts takeovers of runs that were handed back',
    ['a run that was handed back is claimed without a takeover'],
    (store) => {
      const extra = new Map<string, number>()
      return altered(store, {
        outcome: (outcome, write) => {
          if (write.kind === 'held' && write.move?.status === 'pending') extra.set(write.hold.ref, 1)
          return outcome
        },
        claim: runsOf((run) => ({
          ...run,
          head: { ...run.head, takeovers: run.head.takeovers + (extra.get(run.head.ref) ?? 0) },
        })),
      })
    },
  ),
  flawed('leaves a claimed run its wake time', ['the wake time of a claimed run is gone'], (store) =>
    altered(store, {
      head: (head) =>
        head.status === 'running' && head.token === 2 && head.takeovers === 0
          ? { ...head, wakeAt: head.createdAt }
          : head,
    }),
  ),
  flawed(
    'gives a hold that is not of the next token',
    [
      'the token alone decides: a lapsed lease refuses nobody',
      'output and failure are those of the last move',
      'to suspend a run resets its takeovers, to hand it back does not',
      'a claimed run is running and held by the claimant under the next token',
      'a run is taken by name whatever its lease',
      'a run that is named and lapsed is taken once',
      'a runner can take its own run by name, under a new token',
      'no token is given twice, however many claims take a run at once',
      'a move that gives no output leaves none of an earlier one',
    ],
    (store) =>
      altered(store, { claim: runsOf((run) => ({ ...run, hold: { ...run.hold, token: run.hold.token - 1 } })) }),
  ),
]
