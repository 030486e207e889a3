import {
  type Head,
  journalFailure,
  type NewRecord,
  type Outcome,
  type RunRecord,
  type RunRef,
  type Write,
} from '../../../ports/index.js'
import { altered, flawed } from './altered.js'

function refOf(write: Write): RunRef {
  return write.kind === 'held' ? write.hold.run : write.run
}

function recordsOf(write: Write): readonly NewRecord[] {
  return write.kind === 'signal' ? [write.record] : write.records
}

/** Stores that write what they should not, or do not write what they should. */
export const flawedWriters = [
  flawed('overwrites the first write', [], (store) => {
    const latest = new Map<string, NewRecord>()
    return altered(store, {
      write: (write) => {
        const { tenant, id } = refOf(write)
        for (const one of recordsOf(write)) latest.set(JSON.stringify([tenant, id, one.key]), { ...one })
        return write
      },
      record: (one, { tenant, id }) => ({ ...one, ...latest.get(JSON.stringify([tenant, id, one.key])) }),
    })
  }),
  flawed('shows the records of a repeated write twice', [], (store) => {
    const twice = new Map<string, NewRecord[]>()
    return altered(store, {
      outcome: (outcome, write) => {
        if (write.kind === 'held' && write.retry && outcome.accepted) {
          twice.set(write.hold.ref, [...write.records])
          return { ...outcome, fresh: write.records.length }
        }
        return outcome
      },
      read: (page) => {
        const again = (twice.get(page.head.ref) ?? []).map((one, index) => ({ ...one, number: 1e6 + index, at: 0 }))
        return { ...page, records: [...page.records, ...again] }
      },
    })
  }),
  flawed('applies an append twice', [], (store) => ({
    append: async (writes, call) => {
      const outcomes = await store.append(writes, call)
      const canAgain = writes.every((write) => write.kind === 'signal' || (write.kind === 'held' && !write.move))
      return canAgain ? store.append(writes, call) : outcomes
    },
  })),
  flawed('fails the whole call for one refused write', [], (store) => ({
    append: async (writes, call) => {
      for (const write of writes.length > 1 ? writes : []) {
        const page = await store.read(refOf(write), { limit: 1 })
        const isRefused =
          write.kind === 'held' ? page?.head.token !== write.hold.token : write.kind === 'create' && page
        if (isRefused) return writes.map((): Outcome => ({ accepted: false, head: page?.head }))
      }
      return store.append(writes, call)
    },
  })),
  flawed('stores the records of a refused write', [], (store) => ({
    append: async (writes, call) => {
      const outcomes = await store.append(writes, call)
      for (const [index, outcome] of outcomes.entries()) {
        const write = writes[index]
        if (outcome.accepted || outcome.head === undefined || write === undefined || write.kind === 'signal') continue
        const { tenant, id, ref, token, runner } = outcome.head
        await store.append([
          { kind: 'held', hold: { run: { tenant, id }, ref, token, runner }, records: write.records },
        ])
      }
      return outcomes
    },
  })),
  flawed('stores a call write by write', [], (store) => ({
    append: async (writes, call) => {
      const outcomes: Outcome[] = []
      for (const write of writes) outcomes.push(...(await store.append([write], call)))
      return outcomes
    },
  })),
  flawed('stores the records of a write one by one', [], (store) => ({
    append: async (writes, call) => {
      const [write] = writes
      if (write?.kind !== 'held' || writes.length > 1 || write.move !== undefined) return store.append(writes, call)
      let fresh = 0
      let outcomes = await store.append([{ ...write, records: [] }], call)
      for (const one of write.records) {
        outcomes = await store.append([{ ...write, records: [one] }])
        if (outcomes[0]?.accepted) fresh += outcomes[0].fresh
      }
      return outcomes.map((outcome) => (outcome.accepted ? { ...outcome, fresh } : outcome))
    },
  })),
  flawed('stores a move without its records', [], (store) =>
    altered(store, { write: (write) => (write.kind === 'held' && write.move ? { ...write, records: [] } : write) }),
  ),
  flawed('adopts a run that exists instead of refusing to create it', [], (store) => ({
    append: async (writes, call) =>
      (await store.append(writes, call)).map((outcome, index) => {
        if (outcome.accepted || writes[index]?.kind !== 'create' || outcome.head === undefined) return outcome
        const { tenant, id, ref, token, runner, nudge } = outcome.head
        return { accepted: true, hold: { run: { tenant, id }, ref, token, runner }, nudge, fresh: 0 }
      }),
  })),
  flawed('ignores the move of a create', [], (store) =>
    altered(store, {
      write: (write) =>
        write.kind === 'create' && write.move?.status === 'succeeded' ? { ...write, move: undefined } : write,
    }),
  ),
  flawed('gives a hold of a pending run', [], (store) =>
    altered(store, {
      outcome: (outcome, write) =>
        outcome.accepted && write.kind === 'create' && write.head.status === 'pending'
          ? { ...outcome, hold: { run: write.run, ref: '1', token: 1, runner: write.runner } }
          : outcome,
    }),
  ),
  flawed('answers a create without its hold', [], (store) => ({
    append: async (writes, call) => {
      const outcomes = await store.append(writes, call)
      return outcomes.map((one) =>
        one.accepted && one.hold ? { ...one, hold: { ...one.hold, runner: 'nobody' } } : one,
      )
    },
  })),
  flawed('answers in another order', [], (store) => ({
    append: async (writes, call) => (await store.append(writes, call)).toReversed(),
  })),
  flawed('fails a call without writes', [], (store) => ({
    append: async (writes, call) => {
      if (writes.length === 0)
        throw journalFailure('journal.invalid_request', { what: 'writes', received: 'none', allowed: 'one' })
      return store.append(writes, call)
    },
  })),
  flawed('counts every record as fresh', [], (store) =>
    altered(store, {
      outcome: (outcome, write) => (outcome.accepted ? { ...outcome, fresh: recordsOf(write).length } : outcome),
    }),
  ),
  flawed('keeps one record of a key for all runs of a tenant', [], (store) => {
    const owners = new Map<string, string>()
    return altered(store, {
      write: (write) => {
        if (write.kind !== 'held') return write
        const { tenant, id } = write.hold.run
        const records = write.records.filter(({ key }) => {
          const name = JSON.stringify([tenant, key])
          owners.set(name, owners.get(name) ?? id)
          return owners.get(name) === id
        })
        return { ...write, records }
      },
    })
  }),
  flawed('numbers records by their keys', [], (store) =>
    altered(store, {
      read: (page) => {
        const sorted = page.records.map(({ key }) => key).sort()
        return { ...page, records: page.records.map((one) => ({ ...one, number: 1 + sorted.indexOf(one.key) })) }
      },
    }),
  ),
  flawed('tells times with fractions', [], (store) =>
    altered(store, { record: (one) => ({ ...one, at: one.at + 0.25 }) }),
  ),
  flawed('stands still in time', [], (store) => {
    let start: number | undefined
    return altered(store, { claim: (answer) => ({ ...answer, now: (start ??= answer.now) }) })
  }),
  flawed('forgets which attempt it was', [], (store) =>
    altered(store, { record: (one: RunRecord) => ({ ...one, attempt: 1 }) }),
  ),
  flawed('forgets what a run began with when it is released', [], (store) =>
    altered(store, { head: (head: Head) => (head.status === 'suspended' ? { ...head, input: undefined } : head) }),
  ),
  flawed('forgets the parent', [], (store) => altered(store, { head: (head) => ({ ...head, parent: undefined }) })),
]
