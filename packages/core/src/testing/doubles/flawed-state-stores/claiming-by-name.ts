import type { ClaimRequest, Head, StateStore } from '../../../ports/index.js'
import { altered, flawed } from './altered.js'

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

/** Stores whose claims take runs in the wrong order, by wrong names, or as if each had a lease of its own. */
export const flawedNamedClaimants = [
  flawed(
    'takes due runs in the order of their creation',
    ['due runs are taken in the order of their times'],
    (store) => ({
      claim: async (request, call) => {
        if (request.limit !== 1) return store.claim(request, call)
        const due = (await store.list({ due: true, limit: 500 })).heads.filter((head) =>
          request.workflows.some(({ workflow }) => workflow === head.workflow),
        )
        const oldest = due.at(-1)
        return store.claim(
          { ...request, limit: 0, take: oldest ? [{ tenant: oldest.tenant, id: oldest.id }] : [] },
          call,
        )
      },
    }),
  ),
  flawed(
    'claims runs of other versions',
    ['only runs of the named workflow versions are taken', 'a run of another workflow version is not taken by name'],
    (store) =>
      altered(store, {
        request: (request) => ({
          ...request,
          workflows: request.workflows.flatMap(({ workflow }) => [1, 2, 3].map((version) => ({ workflow, version }))),
        }),
      }),
  ),
  flawed(
    'counts named runs within the limit',
    ['runs are taken by name beside the limit', 'a claim of what cannot be is refused and takes nothing'],
    (store) =>
      altered(store, {
        request: (request) => ({ ...request, limit: Math.max(0, request.limit - (request.take?.length ?? 0)) }),
      }),
  ),
  flawed('takes no named run whose runner is alive', ['a run is taken by name whatever its lease'], (store) => ({
    claim: async (request, call) => {
      const due = (await store.list({ due: true, limit: 500 })).heads
      const isFree = (head: Head | undefined): boolean =>
        head?.status !== 'running' || due.some(({ ref }) => ref === head.ref)
      const take = []
      for (const run of request.take ?? []) {
        if (isFree((await store.read(run, { limit: 1 }))?.head)) take.push(run)
      }
      return store.claim({ ...request, take }, call)
    },
  })),
  flawed('takes a run that is named twice two times', ['a run that is named and lapsed is taken once'], (store) => ({
    claim: async (request, call) => {
      const names = (request.take ?? []).map((run) => JSON.stringify(run))
      const again = (request.take ?? []).filter((_run, index) => names.indexOf(names[index] ?? '') < index)
      const answer = await store.claim(request, call)
      const second = again.length > 0 ? (await store.claim({ ...request, limit: 0, take: again }, call)).runs : []
      return { ...answer, runs: [...answer.runs, ...second] }
    },
  })),
  flawed(
    'claims nothing when a named run is not there',
    ['names of runs that are not there are passed over'],
    (store) => ({
      claim: async (request, call) => {
        for (const run of request.take ?? []) {
          if ((await store.read(run, { limit: 1 })) === undefined)
            return store.claim({ ...request, limit: 0, take: [] }, call)
        }
        return store.claim(request, call)
      },
    }),
  ),
  flawed(
    'takes all runs of a runner that lost one',
    ['a runner that was silent loses only what was taken'],
    (store) => ({
      claim: async (request, call) => {
        const lost = []
        for (const run of request.take ?? []) {
          const { head } = (await store.read(run, { limit: 1 })) ?? {}
          if (head?.status !== 'running') continue
          const { heads } = await store.list({ tenant: head.tenant, statuses: ['running'], due: true, limit: 500 })
          lost.push(...heads.filter(({ runner }) => runner === head.runner))
        }
        const take = [...(request.take ?? []), ...lost.map(({ tenant, id }) => ({ tenant, id }))]
        return store.claim({ ...request, take }, call)
      },
    }),
  ),
  flawed(
    'takes a runner that no claim has seen for alive',
    [
      'a claim fences off the former holder',
      'a former holder cannot end the run of its successor',
      'a refused held write is told the head as it stands',
      'the token alone decides: a lapsed lease refuses nobody',
      'to suspend a run resets its takeovers, to hand it back does not',
      'a runner is not told of signals to runs that it does not hold',
      'a claimed run is running and held by the claimant under the next token',
      'a run whose runner no claim has seen is taken',
      'a run whose runner is alive is not taken',
      'a run is taken when the lease of its runner has lapsed',
      'takeovers counts how often a run was taken from a runner',
      'a claim takes lapsed and due runs, together at most its limit',
      'only runs of the named workflow versions are taken',
      'a claim of many runs takes them all',
      'a run is taken by name whatever its lease',
      'runs are taken by name beside the limit',
      'to retire ends the leases of earlier runners of the same instance',
      'to retire leaves the leases of other instances alone',
      'to retire earlier runners leaves the lease of who does it',
      'to retire leaves other instances of the same host alone',
      'to retire leaves runners of the same host alone whose process lives',
      'to retire leaves runners of other hosts alone, whatever runs under their pid here',
      'two claims at once never take the same run',
      'a runner that was silent loses only what was taken',
      'the due runs are those that a claim would take',
    ],
    (store) => {
      const seen = new Set<string>()
      return {
        append: async (writes, call) => {
          for (const write of writes) {
            if (write.kind !== 'create' || seen.has(write.runner) || write.head.status !== 'running') continue
            await store
              .claim({ runner: { name: write.runner }, leaseMs: 100_000, workflows: [], limit: 0 })
              .catch(() => {})
          }
          return store.append(writes, call)
        },
        claim: async (request, call) => {
          seen.add(request.runner.name)
          return store.claim(request, call)
        },
      }
    },
  ),
  flawed(
    'has a lease for each run from when it was claimed',
    [
      'a lease that was renewed before a run was created covers it',
      'a claim takes lapsed and due runs, together at most its limit',
      'a runner does not take its own running runs',
      'runs are taken by name beside the limit',
      'two claims at once never take the same run',
      'the due runs are those that a claim would take',
    ],
    (store) => {
      const held = new Set<string>()
      const flaw = alsoTaking(store, ({ ref, status, token }) => status === 'running' && token === 1 && !held.has(ref))
      return flaw
    },
  ),
  flawed(
    'loses due runs beyond its limit',
    ['due runs of several versions that are beyond the limit stay due'],
    (store) => ({
      claim: async (request, call) => {
        const answer = await store.claim(request, call)
        const [first] = request.workflows
        if (request.limit !== 2 || first === undefined || request.workflows.length < 2) return answer
        await store.claim({ ...request, runner: { name: 'nobody' }, limit: 1 }, call)
        return answer
      },
    }),
  ),
]
