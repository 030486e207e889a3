import type { EndedStatus, Head, NewRecord, RunRecord, StateStore } from '../../../ports/index.js'
import { altered, flawed } from './altered.js'

async function endedRuns(store: StateStore, statuses: readonly EndedStatus[]): Promise<readonly Head[]> {
  return (await store.list({ statuses, limit: 500 })).heads
}

/** Stores that remove too much, too little, or not the whole. */
export const flawedDeleters = [
  flawed(
    'leaves rows after a delete',
    [
      'a run that is created again has no records of the removed one',
      'old runs are removed with their records, and counted',
      'runs and keys that are equal when joined are different records',
    ],
    (store) => {
      const left = new Map<string, readonly RunRecord[]>()
      return {
        read: async (run, page, call) => {
          const answer = await store.read(run, page, call)
          const rows = left.get(JSON.stringify([run.tenant, run.id]))
          if (answer === undefined || rows === undefined || answer.head.status !== 'running') return answer
          return {
            ...answer,
            records: [...rows, ...answer.records.filter(({ key }) => rows.every((row) => row.key !== key))],
          }
        },
        delete: async (deletion, call) => {
          const heads =
            'run' in deletion
              ? [deletion.run]
              : await endedRuns(
                  store,
                  deletion.statuses.filter((one) => one === 'succeeded'),
                )
          for (const { tenant, id } of heads) {
            const rows = (await store.read({ tenant, id }, { limit: 1_000 }).catch(() => undefined))?.records ?? []
            if (rows.length > 0) left.set(JSON.stringify([tenant, id]), rows)
          }
          return store.delete(deletion, call)
        },
      }
    },
  ),
  flawed('keeps suspended runs that are to be removed', ['a named run is removed whatever its status'], (store) => ({
    delete: async (deletion, call) => {
      const page = 'run' in deletion ? await store.read(deletion.run, { limit: 1 }, call) : undefined
      return page?.head.status === 'suspended' ? 0 : store.delete(deletion, call)
    },
  })),
  flawed(
    'lists what was removed',
    ['a removed run is neither listed nor claimed nor signalled', 'to remove a run leaves others as they are'],
    (store) => {
      const removed: Head[] = []
      return {
        list: async (query, call) => {
          const answer = await store.list(query, call)
          const ghosts = removed.filter(
            ({ session, tenant }) =>
              query.session !== undefined && session === query.session && tenant === query.tenant,
          )
          return { ...answer, heads: [...answer.heads, ...ghosts] }
        },
        delete: async (deletion, call) => {
          const page =
            'run' in deletion ? await store.read(deletion.run, { limit: 1 }, call).catch(() => undefined) : undefined
          if (page !== undefined) removed.push(page.head)
          return store.delete(deletion, call)
        },
      }
    },
  ),
  flawed('uses refs again', ['the ref of a removed run is never used again'], (store) => {
    const refs = new Map<string, string>()
    return altered(store, {
      outcome: (outcome, write) => {
        if (!outcome.accepted || write.kind !== 'create' || outcome.hold === undefined || write.run.id !== 'the same')
          return outcome
        const ref = refs.get(write.run.tenant) ?? outcome.hold.ref
        refs.set(write.run.tenant, ref)
        return { ...outcome, hold: { ...outcome.hold, ref } }
      },
    })
  }),
  flawed('removes the runs of that id of all tenants', ['to remove a run leaves others as they are'], (store) => ({
    delete: async (deletion, call) => {
      const count = await store.delete(deletion, call)
      if (!('run' in deletion) || count === 0) return count
      const { heads } = await store.list({ limit: 500 })
      for (const { tenant, id } of heads) if (id === deletion.run.id) await store.delete({ run: { tenant, id } })
      return count
    },
  })),
  flawed(
    'ignores the statuses of a delete',
    ['only runs that ended in one of the statuses are removed for their age'],
    (store) =>
      altered(store, {
        deletion: (deletion) =>
          'run' in deletion || deletion.statuses.length !== 2
            ? deletion
            : { ...deletion, statuses: ['succeeded', ...deletion.statuses] },
      }),
  ),
  flawed(
    'removes parents before their children',
    ['a run is not removed for its age while it is the parent of another'],
    (store) => ({
      delete: async (deletion, call) => {
        const count = await store.delete(deletion, call)
        if ('run' in deletion || deletion.endedForMs > 0 || count === deletion.limit) return count
        const parents = (await endedRuns(store, deletion.statuses)).filter(({ parent }) => parent !== undefined)
        for (const run of parents) await store.delete({ run })
        return count + parents.length
      },
    }),
  ),
  flawed('ignores the age of a delete', ['only runs that ended long enough ago are removed'], (store) =>
    altered(store, {
      deletion: (deletion) =>
        'run' in deletion || deletion.endedForMs < 0 ? deletion : { ...deletion, endedForMs: 0 },
    }),
  ),
  flawed(
    'removes the oldest runs, not those that ended first',
    ['at most the limit is removed, oldest end first', 'a delete of what cannot be is refused and removes nothing'],
    (store) => ({
      delete: async (deletion, call) => {
        if ('run' in deletion || deletion.limit > 2) return store.delete(deletion, call)
        const checked = await store.delete({ ...deletion, endedForMs: Math.max(deletion.endedForMs, 1e12) }, call)
        const oldest = (await endedRuns(store, deletion.statuses)).toReversed().slice(0, deletion.limit)
        for (const { tenant, id } of oldest) await store.delete({ run: { tenant, id } })
        return checked + oldest.length
      },
    }),
  ),
  flawed(
    'counts what is not there',
    ['a named run is removed whatever its status', 'of many deletes at once each run is counted once'],
    (store) => altered(store, { count: (count, deletion) => ('run' in deletion ? 1 : count) }),
  ),
  flawed(
    'does not count what it removes for its age',
    [
      'a run is not removed for its age while it is the parent of another',
      'old runs are removed with their records, and counted',
      'only runs that ended in one of the statuses are removed for their age',
      'only runs that ended long enough ago are removed',
    ],
    (store) =>
      altered(store, {
        count: (count, deletion) => ('run' in deletion || count > 3 || deletion.limit < 500 ? count : 0),
      }),
  ),
  flawed('removes at most 100 runs', ['thousands of ended runs are removed batch by batch'], (store) =>
    altered(store, {
      deletion: (deletion) =>
        'run' in deletion || deletion.limit > 500 ? deletion : { ...deletion, limit: Math.min(deletion.limit, 100) },
    }),
  ),
  flawed(
    'gives a new run the nudge of a removed one',
    ['a run that is created again has no records of the removed one'],
    (store) => {
      const records = new Map<string, NewRecord>()
      return altered(store, {
        write: (write) => {
          if (write.kind === 'signal') records.set(JSON.stringify(write.run), write.record)
          return write
        },
        head: (head) => {
          const heard = records.has(JSON.stringify({ tenant: head.tenant, id: head.id }))
          return heard && head.nudge === 0 ? { ...head, nudge: 1 } : head
        },
      })
    },
  ),
]
