import {
  identifier,
  isFailure,
  isIdentifier,
  journalFailure,
  largestBody,
  type NewRecord,
  type Outcome,
  type RunRef,
  type StateStore,
  type Write,
} from '../../../ports/index.js'
import { altered, flawed } from './altered.js'

/** A sound store behind which some runs are taken for others. */
function renamed(store: StateStore, rename: (run: RunRef) => RunRef): Partial<StateStore> {
  const names = new Map<string, RunRef>()
  const to = (run: RunRef): RunRef => {
    const name = JSON.stringify(rename(run))
    const first = names.get(name) ?? run
    names.set(name, first)
    return { tenant: first.tenant, id: first.id }
  }
  const inside = (write: Write): Write =>
    write.kind === 'held'
      ? { ...write, hold: { ...write.hold, run: to(write.hold.run) } }
      : { ...write, run: to(write.run) }
  return {
    append: (writes, call) => store.append(writes.map(inside), call),
    read: (run, page, call) => store.read(to(run), page, call),
    delete: (deletion, call) => store.delete('run' in deletion ? { run: to(deletion.run) } : deletion, call),
  }
}

function recordsOf(write: Write, change: (one: NewRecord) => NewRecord): Write {
  return write.kind === 'signal'
    ? { ...write, record: change(write.record) }
    : { ...write, records: write.records.map(change) }
}

async function unlessRefused<Answer>(code: string, call: () => Promise<Answer>, instead: Answer): Promise<Answer> {
  try {
    return await call()
  } catch (error) {
    if (isFailure(error, code)) return instead
    throw error
  }
}

/** A sound store that answers something instead of refusing with a code. */
function lenient(store: StateStore, code: string): StateStore {
  return {
    append: (writes, call) =>
      unlessRefused(
        code,
        () => store.append(writes, call),
        writes.map((): Outcome => ({ accepted: false, head: undefined })),
      ),
    claim: (request, call) => unlessRefused(code, () => store.claim(request, call), { runs: [], nudged: [], now: 0 }),
    read: (run, page, call) => unlessRefused(code, () => store.read(run, page, call), undefined),
    list: (query, call) => unlessRefused(code, () => store.list(query, call), { heads: [] }),
    delete: (deletion, call) => unlessRefused(code, () => store.delete(deletion, call), 0),
  }
}

/** Stores that mistake one name for another, refuse good ones, or take anything. */
export const flawedNamers = [
  flawed(
    'joins tenant and id with a separator',
    [
      'what a caller does to what it gave does not change the store',
      'tenants and ids that are equal when joined are different runs',
    ],
    (store) => renamed(store, ({ tenant, id }) => ({ tenant: '', id: `${tenant}:${id}` })),
  ),
  flawed(
    'knows runs by their id alone',
    [
      'a run is not removed for its age while it is the parent of another',
      'equal ids of two tenants are two runs',
      'a run that is not there reads as nothing',
      'what a caller does to what it gave does not change the store',
      'to remove a run leaves others as they are',
      'any identifier can name a tenant',
      'tenants and ids that are equal when joined are different runs',
      'tenants and sessions that are equal when joined are different sessions',
    ],
    (store) => renamed(store, ({ id }) => ({ tenant: '', id })),
  ),
  flawed(
    'ignores the case of ids',
    ['what a caller does to what it gave does not change the store', 'similar identifiers are not equal'],
    (store) => renamed(store, ({ tenant, id }) => ({ tenant, id: String(id).toLowerCase() })),
  ),
  flawed(
    'joins id and key with a separator',
    ['runs and keys that are equal when joined are different records'],
    (store) => {
      const owners = new Map<string, string>()
      return altered(store, {
        write: (write) => {
          if (write.kind !== 'held') return write
          const { tenant, id } = write.hold.run
          const records = write.records.filter(({ key }) => {
            const name = JSON.stringify([tenant, `${id}/${key}`])
            owners.set(name, owners.get(name) ?? id)
            return owners.get(name) === id
          })
          return { ...write, records }
        },
      })
    },
  ),
  flawed(
    'joins tenant and session with a separator',
    [
      'runs are listed by session, parent and workflow',
      'tenants and sessions that are equal when joined are different sessions',
    ],
    (store) => ({
      list: async (query, call) => {
        if (query.tenant === undefined || query.session === undefined) return store.list(query, call)
        await store.list(query, call)
        const wanted = `${query.tenant}:${query.session}`
        const { heads } = await store.list({ limit: 500 })
        const found = heads.filter(({ tenant, session }) => `${tenant}:${session}` === wanted)
        return found.length > (await store.list({ ...query, limit: 500, after: undefined })).heads.length
          ? { heads: found }
          : store.list(query, call)
      },
    }),
  ),
  flawed(
    'cannot have __proto__ as an id',
    ['any identifier can name a run', 'any identifier can name a session, a parent and a workflow'],
    (store) => ({
      append: async (writes, call) => {
        for (const write of writes)
          if (write.kind === 'create') identifier(write.run.id === '__proto__' ? '' : write.run.id, 'run id')
        return store.append(writes, call)
      },
    }),
  ),
  flawed('cannot have long tenants', ['any identifier can name a tenant'], (store) => ({
    append: async (writes, call) => {
      for (const write of writes)
        if (write.kind === 'create') identifier(write.run.tenant.length > 300 ? '' : write.run.tenant, 'tenant')
      return store.append(writes, call)
    },
  })),
  flawed(
    'trims keys',
    ['any identifier can name a record and its agent', 'similar identifiers are not equal'],
    (store) => altered(store, { record: (one) => ({ ...one, key: one.key.trim() || one.key }) }),
  ),
  flawed('quotes sessions badly', ['any identifier can name a session, a parent and a workflow'], (store) =>
    altered(store, { query: (query) => ({ ...query, session: query.session?.replaceAll("'", "''") }) }),
  ),
  flawed('cannot have emoji as a runner', ['any identifier can name a runner'], (store) =>
    altered(store, {
      claim: (answer) => ({
        ...answer,
        runs: answer.runs.map((run) => ({
          ...run,
          hold: { ...run.hold, runner: run.hold.runner.normalize('NFKC').replace('\u{1f600}', '?') },
        })),
      }),
    }),
  ),
  flawed(
    'checks no identifier',
    [
      'a run is not written under what is no identifier',
      'a record is not written under what is no identifier',
      'a run does not begin with names that are no identifiers',
      'a claim of what cannot be is refused and takes nothing',
      'a page or a list of what cannot be is refused',
      'a delete of what cannot be is refused and removes nothing',
    ],
    (store) => lenient(store, 'identifier.invalid'),
  ),
  flawed(
    'refuses no strange request',
    [
      'a call in which a run appears twice is refused as a whole',
      'a record that is no signal cannot be sent as one',
      'to filter by session or parent without the tenant is refused',
      'numbers and names out of bounds are refused before anything is written',
      'a claim of what cannot be is refused and takes nothing',
      'a page or a list of what cannot be is refused',
      'a cursor that no page has given is refused',
      'a delete of what cannot be is refused and removes nothing',
    ],
    (store) => lenient(store, 'journal.invalid_request'),
  ),
  flawed('begins at the start for a cursor that is none', ['a cursor that no page has given is refused'], (store) => {
    const known = (after: string | undefined): string | undefined =>
      after === '' || after === 'no cursor' ? undefined : after
    return altered(store, {
      page: (page) => ({ ...page, after: known(page.after) }),
      query: (query) => ({ ...query, after: known(query.after) }),
    })
  }),
  flawed(
    'checks no size',
    [
      'a larger body of a record is refused before anything is written',
      'a larger input, output or failure is refused before anything is written',
    ],
    (store) => {
      const short = (body: string | undefined): string | undefined => body?.slice(0, largestBody)
      const cut = (one: NewRecord): NewRecord => ({ ...one, body: short(one.body) })
      return altered(store, {
        write: (write) => {
          const fitting = recordsOf(write, cut)
          if (fitting.kind === 'signal') return fitting
          const move = fitting.move && {
            ...fitting.move,
            output: short(fitting.move.output),
            failure: short(fitting.move.failure),
          }
          return fitting.kind === 'held'
            ? { ...fitting, move }
            : { ...fitting, move, head: { ...fitting.head, input: short(fitting.head.input) } }
        },
      })
    },
  ),
  flawed('refuses bodies of the largest size', ['a body of the largest size is kept'], (store) =>
    altered(store, {
      write: (write) => {
        const length = write.kind === 'create' ? (write.head.input?.length ?? 0) : 0
        if (length === largestBody)
          throw journalFailure('journal.value_too_large', { what: 'It', length, limit: length - 1 })
        return write
      },
    }),
  ),
  flawed(
    'ignores that a call is aborted',
    ['a call whose signal is aborted rejects with its reason and does nothing'],
    (store) => ({
      append: (writes) => store.append(writes),
      claim: (request) => store.claim(request),
      read: (run, page) => store.read(run, page),
      list: (query) => store.list(query),
      delete: (deletion) => store.delete(deletion),
    }),
  ),
  flawed(
    'takes an identifier that is none for another',
    ['a record is not written under what is no identifier'],
    (store) =>
      altered(store, {
        write: (write) =>
          recordsOf(write, (one) => ({
            ...one,
            key: isIdentifier(one.key) ? one.key : 'none',
            agent: one.agent === undefined || isIdentifier(one.agent) ? one.agent : 'none',
          })),
      }),
  ),
]
