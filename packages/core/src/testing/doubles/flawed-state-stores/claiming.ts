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
  flawed('gives claims at once the same runs and tokens', [], (store) => {
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
        for (let turn = 0; turn < 100; turn++) await undefined
        underWay = undefined
        return answer
      },
    }
  }),
  flawed('claims ended runs', [], (store) => ({
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
  flawed('claims runs that need attention', [], (store) =>
    alsoTaking(store, (head) => head.status === 'needs-attention'),
  ),
  flawed('claims the runs of live runners', [], (store) =>
    alsoTaking(store, (head, { runner }) => head.status === 'running' && head.runner !== runner.name),
  ),
  flawed("claims a runner's own runs again", [], (store) =>
    alsoTaking(store, (head, { runner }) => head.status === 'running' && head.runner === runner.name),
  ),
  flawed('lets no lease lapse', [], (store) =>
    altered(store, { request: (request) => ({ ...request, leaseMs: Math.max(request.leaseMs, 600_000) }) }),
  ),
  flawed('does not renew when nothing is to be claimed', [], (store) => {
    const until = new Map<string, number>()
    return altered(store, {
      request: (request) => {
        const before = until.get(request.runner.name) ?? request.leaseMs
        until.set(request.runner.name, request.leaseMs)
        return request.limit === 0 ? { ...request, leaseMs: before } : request
      },
    })
  }),
  flawed('takes a limit of 0 for none', [], (store) =>
    altered(store, { request: (request) => ({ ...request, limit: request.limit || 1_000 }) }),
  ),
  flawed('counts its limit for lapsed and for due runs', [], (store) => ({
    claim: async (request, call) => {
      const half = await store.claim(request, call)
      const other = await store.claim(request, call)
      return { ...half, runs: [...half.runs, ...other.runs] }
    },
  })),
  flawed('claims at most 100 runs', [], (store) =>
    altered(store, { request: (request) => ({ ...request, limit: Math.min(request.limit, 100) }) }),
  ),
  flawed('counts no takeovers', [], (store) => altered(store, { head: (head) => ({ ...head, takeovers: 0 }) })),
  flawed('counts takeovers of runs that were handed back', [], (store) => {
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
  }),
  flawed('leaves a claimed run its wake time', [], (store) =>
    altered(store, {
      head: (head) =>
        head.status === 'running' && head.token === 2 && head.takeovers === 0
          ? { ...head, wakeAt: head.createdAt }
          : head,
    }),
  ),
  flawed('gives a hold that is not of the next token', [], (store) =>
    altered(store, { claim: runsOf((run) => ({ ...run, hold: { ...run.hold, token: run.hold.token - 1 } })) }),
  ),
  flawed('takes due runs in the order of their creation', [], (store) => ({
    claim: async (request, call) => {
      if (request.limit !== 1) return store.claim(request, call)
      const due = (await store.list({ due: true, limit: 500 })).heads.filter((head) =>
        request.workflows.some(({ workflow }) => workflow === head.workflow),
      )
      const oldest = due.at(-1)
      return store.claim({ ...request, limit: 0, take: oldest ? [{ tenant: oldest.tenant, id: oldest.id }] : [] }, call)
    },
  })),
  flawed('claims runs of other versions', [], (store) =>
    altered(store, {
      request: (request) => ({
        ...request,
        workflows: request.workflows.flatMap(({ workflow }) => [1, 2, 3].map((version) => ({ workflow, version }))),
      }),
    }),
  ),
  flawed('counts named runs within the limit', [], (store) =>
    altered(store, {
      request: (request) => ({ ...request, limit: Math.max(0, request.limit - (request.take?.length ?? 0)) }),
    }),
  ),
  flawed('takes no named run whose runner is alive', [], (store) => ({
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
  flawed('takes a run that is named twice two times', [], (store) => ({
    claim: async (request, call) => {
      const names = (request.take ?? []).map((run) => JSON.stringify(run))
      const again = (request.take ?? []).filter((_run, index) => names.indexOf(names[index] ?? '') < index)
      const answer = await store.claim(request, call)
      const second = again.length > 0 ? (await store.claim({ ...request, limit: 0, take: again }, call)).runs : []
      return { ...answer, runs: [...answer.runs, ...second] }
    },
  })),
  flawed('claims nothing when a named run is not there', [], (store) => ({
    claim: async (request, call) => {
      for (const run of request.take ?? []) {
        if ((await store.read(run, { limit: 1 })) === undefined)
          return store.claim({ ...request, limit: 0, take: [] }, call)
      }
      return store.claim(request, call)
    },
  })),
  flawed('does not retire', [], (store) => altered(store, { request: (request) => ({ ...request, retire: false }) })),
  flawed('retires without being asked', [], (store) =>
    altered(store, { request: (request) => ({ ...request, retire: true }) }),
  ),
  flawed('retires runners of every instance', [], (store) => {
    const flaw = alsoTaking(store, (head, { retire }) => retire === true && head.status === 'running')
    return flaw
  }),
  flawed('takes all runs of a runner that lost one', [], (store) => ({
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
  })),
  flawed('takes a runner that no claim has seen for alive', [], (store) => {
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
  }),
  flawed('has a lease for each run from when it was claimed', [], (store) => {
    const held = new Set<string>()
    const flaw = alsoTaking(store, ({ ref, status, token }) => status === 'running' && token === 1 && !held.has(ref))
    return flaw
  }),
]
