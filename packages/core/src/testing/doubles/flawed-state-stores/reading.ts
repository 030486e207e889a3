import type { Head } from '../../../ports/index.js'
import { altered, flawed, type Page } from './altered.js'

const noHead = { status: 'pending', token: 0, records: [] } as unknown as Head

/** Stores that read back something else than was written. */
export const flawedReaders = [
  flawed(
    'reads a run that is not there as an empty one',
    [
      'a call in which a run appears twice is refused as a whole',
      'a held write to a run that is not there is refused without a head',
      'a signal to a run that is not there is refused',
      'a run that is not there reads as nothing',
      'a named run is removed whatever its status',
      'a larger body of a record is refused before anything is written',
      'a larger input, output or failure is refused before anything is written',
      'a run is not written under what is no identifier',
      'a record is not written under what is no identifier',
      'a run does not begin with names that are no identifiers',
      'numbers and names out of bounds are refused before anything is written',
    ],
    (store) => ({
      read: async (run, page, call) =>
        (await store.read(run, page, call)) ?? { head: { ...noHead, ...run }, records: [] },
    }),
  ),
  flawed('gives an empty page a next', ['a run without records reads as its head and an empty page'], (store) =>
    altered(store, {
      read: (answer, { after }) =>
        answer.records.length === 0 && after === undefined ? { ...answer, next: '1' } : answer,
    }),
  ),
  flawed(
    'reads what is empty or zero as absent',
    ['a record is read back as it was given', 'what is empty or zero is not absent'],
    (store) =>
      altered(store, {
        head: (head) => ({ ...head, input: head.input || undefined, output: head.output || undefined }),
        record: (one) => ({ ...one, body: one.body || undefined, tookMs: one.tookMs || undefined }),
      }),
  ),
  flawed('reads what is absent as null', ['what was not given is absent when it is read'], (store) =>
    altered(store, { record: (one) => ({ ...one, agent: one.agent ?? (null as unknown as string) }) }),
  ),
  flawed(
    'writes bodies anew',
    ['bodies are kept to the last character', 'similar identifiers are not equal'],
    (store) => {
      const anew = (body: string | undefined): string | undefined => {
        try {
          return body === undefined || body.length > 1_000 ? body : JSON.stringify(JSON.parse(body))
        } catch {
          return body
        }
      }
      return altered(store, { record: (one) => ({ ...one, body: anew(one.body) }) })
    },
  ),
  flawed(
    'misses a record on each border of pages',
    [
      'pages of any limit hold each record once',
      'a few thousand records are read page by page, each once',
      'records that stand are neither skipped nor repeated while others are added',
      'the last page of records has no next',
      'any identifier can name a record and its agent',
    ],
    (store) =>
      altered(store, { read: (answer) => ({ ...answer, next: answer.next && String(Number(answer.next) + 1) }) }),
  ),
  flawed(
    'counts records from the start to find a page',
    [
      'records that stand are neither skipped nor repeated while others are added',
      'a page or a list of what cannot be is refused',
      'a cursor that no page has given is refused',
    ],
    (store) => ({
      read: async (run, { after = '0', limit, kind }, call) => {
        const all = await store.read(run, { limit: 1_000, kind }, call)
        if (all === undefined || all.next !== undefined)
          return store.read(run, { after: after === '0' ? undefined : after, limit, kind }, call)
        const sorted = [...all.records].sort((one, other) => (one.key < other.key ? -1 : 1))
        const end = Number(after) + limit
        const next = end < sorted.length ? String(end) : undefined
        return { head: all.head, records: sorted.slice(Number(after), end), next }
      },
    }),
  ),
  flawed('reads at most 1,000 records', ['a few thousand records are read page by page, each once'], (store) =>
    altered(store, {
      read: (answer) => ({ ...answer, next: Number(answer.next ?? 0) >= 1_000 ? undefined : answer.next }),
    }),
  ),
  flawed('ignores the kind of records to be read', ['records of one kind are read without the others'], (store) =>
    altered(store, { page: (page) => ({ ...page, kind: undefined }) }),
  ),
  flawed('gives the last page of records a next', ['the last page of records has no next'], (store) =>
    altered(store, {
      read: (answer) => ({ ...answer, next: answer.next ?? (answer.records.at(-1)?.key === 'c' ? '9' : undefined) }),
    }),
  ),
  flawed(
    'gives out what it holds',
    [
      'what a caller does to what it got does not change the store',
      'runs and keys that are equal when joined are different records',
    ],
    (store) => {
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
    },
  ),
  flawed('keeps what it is given', ['what a caller does to what it gave does not change the store'], (store) => {
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
  flawed(
    'reads after a claim what stood before it',
    ['whatever was accepted before a claim is read after it'],
    (store) => {
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
    },
  ),
  flawed(
    'shows another client what stood before',
    ['what one client stored is seen by another at once'],
    () => ({}),
    (store) => altered(store, { read: (answer) => ({ ...answer, records: answer.records.slice(0, -1) }) }),
  ),
]
