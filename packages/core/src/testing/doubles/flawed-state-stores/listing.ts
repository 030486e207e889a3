import type { Head, RunQuery, StateStore } from '../../../ports/index.js'
import { altered, flawed } from './altered.js'

async function allHeads(store: StateStore, query: RunQuery): Promise<Head[]> {
  const heads: Head[] = []
  let after: string | undefined
  do {
    const page = await store.list({ ...query, limit: 500, after })
    heads.push(...page.heads)
    after = page.next
  } while (after !== undefined)
  return heads
}

/** Pages that are found by counting from the start of what a query finds now. */
function counted(store: StateStore, order: (heads: Head[]) => Head[]): Partial<StateStore> {
  return {
    list: async (query, call) => {
      call?.signal?.throwIfAborted()
      await store.list({ ...query, after: undefined })
      const heads = order(await allHeads(store, query))
      const start = Number(query.after ?? 0)
      const end = start + query.limit
      return { heads: heads.slice(start, end), next: end < heads.length ? String(end) : undefined }
    },
  }
}

/** Stores whose lists miss runs, repeat them, or hold others. */
export const flawedListers = [
  flawed(
    'tells all of runs where little is wanted',
    ['a brief list holds the same heads without what may be large'],
    (store) => ({ list: (query, call) => store.list({ ...query, brief: false }, call) }),
  ),
  flawed(
    'counts runs from the start to find a page',
    [
      'runs that stood before the first page are listed once while others are created',
      'runs that stand are listed once while others are deleted',
      'a cursor that no page has given is refused',
    ],
    (store) => counted(store, (heads) => heads),
  ),
  flawed(
    'lists the oldest first',
    [
      'runs are listed newest first',
      'a list without a tenant holds the runs of all',
      'runs are listed by session, parent and workflow',
      'runs are listed by any of the statuses',
      'runs are listed by the time of their creation',
      'the due runs are those that a claim would take',
      'pages of any limit hold each run once',
      'runs that stood before the first page are listed once while others are created',
      'runs that stand are listed once while others are deleted',
      'runs are listed once while their statuses change',
      'a filtered list is paged as any other',
      'at most the limit is removed, oldest end first',
      'any identifier can name a run',
      'a cursor that no page has given is refused',
    ],
    (store) => counted(store, (heads) => heads.toReversed()),
  ),
  flawed(
    'lists those that changed last first',
    [
      'runs that stood before the first page are listed once while others are created',
      'runs that stand are listed once while others are deleted',
      'runs are listed once while their statuses change',
      'a cursor that no page has given is refused',
    ],
    (store) => counted(store, (heads) => heads.toSorted((one, other) => other.token - one.token)),
  ),
  flawed(
    'misses a run on each border of pages',
    [
      'runs are listed newest first',
      'pages of any limit hold each run once',
      'a few thousand runs are listed page by page, each once',
      'runs that stood before the first page are listed once while others are created',
      'runs that stand are listed once while others are deleted',
      'runs are listed once while their statuses change',
      'the last page of a list has no next',
    ],
    (store) =>
      altered(store, { list: (answer) => ({ ...answer, next: answer.next && String(Number(answer.next) - 1) }) }),
  ),
  flawed('lists at most 1,000 runs', ['a few thousand runs are listed page by page, each once'], (store) => {
    let listed = 0
    return altered(store, {
      list: (answer, { after }) => {
        listed = answer.heads.length + (after === undefined ? 0 : listed)
        return { ...answer, next: listed >= 1_000 ? undefined : answer.next }
      },
    })
  }),
  flawed('lists heads without their inputs', ['a listed head is the one that is read'], (store) =>
    altered(store, {
      list: (answer) => ({ ...answer, heads: answer.heads.map((head) => ({ ...head, input: undefined })) }),
    }),
  ),
  flawed(
    'lists the runs of all tenants',
    ['runs of other tenants are not listed', 'a page or a list of what cannot be is refused'],
    (store) =>
      altered(store, {
        query: (query) =>
          (query.session ?? query.parent ?? query.statuses ?? query.createdFrom ?? query.due)
            ? query
            : { ...query, tenant: undefined },
      }),
  ),
  flawed('lists nothing without a tenant', ['a list without a tenant holds the runs of all'], (store) =>
    altered(store, { list: (answer, { tenant }) => (tenant === undefined ? { heads: [] } : answer) }),
  ),
  flawed(
    'ignores the parent of a query',
    ['runs are listed by session, parent and workflow', 'any identifier can name a session, a parent and a workflow'],
    (store) =>
      altered(store, { query: (query) => (query.tenant === undefined ? query : { ...query, parent: undefined }) }),
  ),
  flawed('ignores the runner of a query', ['runs are listed by the runner that holds them'], (store) =>
    altered(store, { query: (query) => ({ ...query, runner: undefined }) }),
  ),
  flawed(
    'lists what a runner has held as what it holds',
    ['runs are listed by the runner that holds them'],
    (store) => ({
      list: async (query, call) => {
        const { runner, ...rest } = query
        const answer = await store.list(rest, call)
        if (runner === undefined) return answer
        return { heads: answer.heads.filter((head) => head.runner === runner) }
      },
    }),
  ),
  flawed(
    'finds sessions without their tenant',
    ['to filter by session or parent without the tenant is refused'],
    (store) => ({
      list: async (query, call) =>
        store.list(query.tenant === undefined && query.limit === 1 ? { limit: 1 } : query, call),
    }),
  ),
  flawed('takes only the first of several statuses', ['runs are listed by any of the statuses'], (store) =>
    altered(store, { query: (query) => ({ ...query, statuses: query.statuses?.slice(0, 1) }) }),
  ),
  flawed('takes an empty list of statuses for none', ['an empty list of statuses lets nothing pass'], (store) =>
    altered(store, { query: (query) => ({ ...query, statuses: query.statuses?.length ? query.statuses : undefined }) }),
  ),
  flawed('lists runs created at the end of a time too', ['runs are listed by the time of their creation'], (store) =>
    altered(store, {
      query: ({ createdBefore, ...query }) =>
        createdBefore === undefined ? query : { ...query, createdBefore: createdBefore + 1 },
    }),
  ),
  flawed('takes waiting runs for due', ['the due runs are those that a claim would take'], (store) => ({
    list: async ({ due, ...query }, call) => {
      const answer = await store.list(query, call)
      const isOpen = (head: Head): boolean =>
        due !== true || (head.status !== 'running' && head.wakeAt !== undefined) || head.status === 'running'
      return {
        ...answer,
        heads: answer.heads.filter((head) => isOpen(head) && (due !== true || head.endedAt === undefined)),
      }
    },
  })),
  flawed(
    'claims what it lists as due',
    ['the due runs are those that a claim would take', 'to list what is due takes nothing'],
    (store) => ({
      list: async (query, call) => {
        const answer = await store.list(query, call)
        if (query.due === true && query.limit === 500 && answer.heads.length === 1) {
          const workflows = answer.heads.map(({ workflow, version }) => ({ workflow, version }))
          await store.claim({ runner: { name: 'lister' }, leaseMs: 1, workflows, limit: 1 })
        }
        return answer
      },
    }),
  ),
  flawed(
    'filters a page after it was cut',
    ['to filter by session or parent without the tenant is refused', 'a filtered list is paged as any other'],
    (store) => ({
      list: async (query, call) => {
        if (query.session === undefined || query.limit > 8) return store.list(query, call)
        const answer = await store.list({ ...query, session: undefined }, call)
        const heads = answer.heads.filter(({ session }) => session === query.session)
        return { heads, next: heads.length === 0 ? undefined : answer.next }
      },
    }),
  ),
  flawed('gives the last page of a list a next', ['the last page of a list has no next'], (store) =>
    altered(store, {
      list: (answer, { limit, after }) => ({
        ...answer,
        next: answer.next ?? (after === undefined && limit === 4 ? answer.heads.at(-1)?.ref : undefined),
      }),
    }),
  ),
]
