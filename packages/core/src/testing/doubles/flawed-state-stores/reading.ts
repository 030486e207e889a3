import type { Head, RunRecord } from '../../../ports/index.js'
import { altered, flawed, type Page } from './altered.js'

const noHead = { status: 'pending', token: 0, records: [] } as unknown as Head

/** Stores that read back something else than was written. */
export const flawedReaders = [
  flawed('reads a run that is not there as an empty one', [], (store) => ({
    read: async (run, page, call) =>
      (await store.read(run, page, call)) ?? { head: { ...noHead, ...run }, records: [] },
  })),
  flawed('gives an empty page a next', [], (store) =>
    altered(store, {
      read: (answer, { after }) =>
        answer.records.length === 0 && after === undefined ? { ...answer, next: '1' } : answer,
    }),
  ),
  flawed('reads what is empty or zero as absent', [], (store) =>
    altered(store, {
      head: (head) => ({ ...head, input: head.input || undefined, output: head.output || undefined }),
      record: (one) => ({ ...one, body: one.body || undefined, tookMs: one.tookMs || undefined }),
    }),
  ),
  flawed('reads what is absent as null', [], (store) =>
    altered(store, { record: (one) => ({ ...one, agent: one.agent ?? (null as unknown as string) }) }),
  ),
  flawed('writes bodies anew', [], (store) => {
    const anew = (body: string | undefined): string | undefined => {
      try {
        return body === undefined || body.length > 1_000 ? body : JSON.stringify(JSON.parse(body))
      } catch {
        return body
      }
    }
    return altered(store, { record: (one) => ({ ...one, body: anew(one.body) }) })
  }),
  flawed('misses a record on each border of pages', [], (store) =>
    altered(store, { read: (answer) => ({ ...answer, next: answer.next && String(Number(answer.next) + 1) }) }),
  ),
  flawed('counts records from the start to find a page', [], (store) => ({
    read: async (run, { after = '0', limit, kind }, call) => {
      const all = await store.read(run, { limit: 1_000, kind }, call)
      if (all === undefined || all.next !== undefined)
        return store.read(run, { after: after === '0' ? undefined : after, limit, kind }, call)
      const sorted = [...all.records].sort((one, other) => (one.key < other.key ? -1 : 1))
      const end = Number(after) + limit
      const next = end < sorted.length ? String(end) : undefined
      return { head: all.head, records: sorted.slice(Number(after), end), next }
    },
  })),
  flawed('reads at most 1,000 records', [], (store) =>
    altered(store, {
      read: (answer) => ({ ...answer, next: Number(answer.next ?? 0) >= 1_000 ? undefined : answer.next }),
    }),
  ),
  flawed('ignores the kind of records to be read', [], (store) =>
    altered(store, { page: (page) => ({ ...page, kind: undefined }) }),
  ),
  flawed('gives the last page of records a next', [], (store) =>
    altered(store, {
      read: (answer) => ({ ...answer, next: answer.next ?? (answer.records.at(-1)?.key === 'c' ? '9' : undefined) }),
    }),
  ),
  flawed('gives out what it holds', [], (store) => {
    const pages = new Map<string, Page>()
    return {
      read: async (run, page, call) => {
        const name = JSON.stringify([run, page])
        const answer = await store.read(run, page, call)
        const held = pages.get(name)
        if (answer === undefined || held === undefined || held.records.length !== answer.records.length) {
          if (answer !== undefined) pages.set(name, answer)
          return answer
        }
        return { ...answer, records: held.records }
      },
    }
  }),
  flawed('keeps what it is given', [], (store) => {
    const given = new Map<string, { session?: string | undefined }>()
    return altered(store, {
      write: (write) => {
        if (write.kind === 'create' && write.head.session !== undefined)
          given.set(JSON.stringify(write.run), write.head)
        return write
      },
      head: (head) => ({
        ...head,
        session: given.get(JSON.stringify({ tenant: head.tenant, id: head.id }))?.session ?? head.session,
      }),
    })
  }),
  flawed('reads after a claim what stood before it', [], (store) => {
    const claimed = new Set<string>()
    return {
      claim: async (request, call) => {
        const answer = await store.claim(request, call)
        for (const run of request.take ?? []) claimed.add(run.id)
        return answer
      },
      read: async (run, page, call) => {
        const answer = await store.read(run, page, call)
        if (answer === undefined || !claimed.delete(run.id)) return answer
        return { ...answer, records: answer.records.slice(0, -1) }
      },
    }
  }),
  flawed(
    'shows another client what stood before',
    [],
    () => ({}),
    (store) => altered(store, { read: (answer) => ({ ...answer, records: answer.records.slice(0, -1) }) }),
  ),
]
