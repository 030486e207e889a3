import { journalFailure, type NewRecord, type Outcome, type RunRef, type Write } from '../../../ports/index.js'
import { altered, flawed } from './altered.js'

function refOf(write: Write): RunRef {
  return write.kind === 'held' ? write.hold.run : write.run
}

function recordsOf(write: Write): readonly NewRecord[] {
  return write.kind === 'signal' ? [write.record] : write.records
}

/** Stores that write what they should not, or do not write what they should. */
export const flawedWriters = [
  flawed(
    'overwrites the first write',
    [
      'the first record with a key wins',
      'the first record with a key wins also within one write',
      'a signal whose key exists is accepted and does nothing',
    ],
    (store) => {
      const latest = new Map<string, NewRecord>()
      return altered(store, {
        write: (write) => {
          const { tenant, id } = refOf(write)
          for (const one of recordsOf(write)) latest.set(JSON.stringify([tenant, id, one.key]), { ...one })
          return write
        },
        record: (one, { tenant, id }) => ({ ...one, ...latest.get(JSON.stringify([tenant, id, one.key])) }),
      })
    },
  ),
  flawed(
    'shows the records of a repeated write twice',
    [
      'a write that is sent again with retry is stored once',
      'a write that was never stored is stored when it is sent again with retry',
    ],
    (store) => {
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
    },
  ),
  flawed(
    'applies an append twice',
    [
      'each write is answered, in the order given',
      'the first record with a key wins also within one write',
      'fresh counts the records that are new',
      'equal keys of two runs are two records',
      'writes to one run at once take effect one after the other',
      'a write that was never stored is stored when it is sent again with retry',
      'a signal needs no hold, adds its record and raises nudge by one',
      'of equal signals at once one counts',
      'of different signals at once all count',
      'a few thousand records are read page by page, each once',
      'whatever was accepted before a claim is read after it',
      'runs and keys that are equal when joined are different records',
    ],
    (store) => ({
      append: async (writes, call) => {
        const outcomes = await store.append(writes, call)
        const canAgain = writes.every((write) => write.kind === 'signal' || (write.kind === 'held' && !write.move))
        return canAgain ? store.append(writes, call) : outcomes
      },
    }),
  ),
  flawed(
    'fails the whole call for one refused write',
    ['each write is answered, in the order given', 'a refused write fails none of its neighbours'],
    (store) => ({
      append: async (writes, call) => {
        for (const write of writes.length > 1 ? writes : []) {
          const page = await store.read(refOf(write), { limit: 1 })
          const isRefused =
            write.kind === 'held' ? page?.head.token !== write.hold.token : write.kind === 'create' && page
          if (isRefused) return writes.map((): Outcome => ({ accepted: false, head: page?.head }))
        }
        return store.append(writes, call)
      },
    }),
  ),
  flawed(
    'stores the records of a refused write',
    [
      'to create a run that exists is refused, tells its head, and changes nothing',
      'of many creates of one run at once exactly one is accepted',
      'nothing of a refused write is stored',
      'a claim fences off the former holder',
      'a write to a removed run is refused, also when a new run has its id',
      'of many ends of one run at once exactly one is accepted',
    ],
    (store) => ({
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
    }),
  ),
  flawed(
    'stores a call write by write',
    [
      'a call in which a run appears twice is refused as a whole',
      'a larger body of a record is refused before anything is written',
      'a larger input, output or failure is refused before anything is written',
      'a run is not written under what is no identifier',
      'a record is not written under what is no identifier',
      'a run does not begin with names that are no identifiers',
      'numbers and names out of bounds are refused before anything is written',
    ],
    (store) => ({
      append: async (writes, call) => {
        const outcomes: Outcome[] = []
        for (const write of writes) outcomes.push(...(await store.append([write], call)))
        return outcomes
      },
    }),
  ),
  flawed(
    'stores the records of a write one by one',
    ['writes to one run at once take effect one after the other'],
    (store) => ({
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
    }),
  ),
  flawed(
    'stores a move without its records',
    [
      'the records and the move of a write are stored together',
      'a write whose move was stored is refused when it is sent again, and the head tells',
      'of many ends of one run at once exactly one is accepted',
      'a body of the largest size is kept',
    ],
    (store) =>
      altered(store, { write: (write) => (write.kind === 'held' && write.move ? { ...write, records: [] } : write) }),
  ),
  flawed(
    'adopts a run that exists instead of refusing to create it',
    [
      'to create a run that exists is refused, tells its head, and changes nothing',
      'of many creates of one run at once exactly one is accepted',
      'each write is answered, in the order given',
    ],
    (store) => ({
      append: async (writes, call) =>
        (await store.append(writes, call)).map((outcome, index) => {
          if (outcome.accepted || writes[index]?.kind !== 'create' || outcome.head === undefined) return outcome
          const { tenant, id, ref, token, runner, nudge } = outcome.head
          return { accepted: true, hold: { run: { tenant, id }, ref, token, runner }, nudge, fresh: 0 }
        }),
    }),
  ),
  flawed(
    'ignores the move of a create',
    [
      'a run is not removed for its age while it is the parent of another',
      'a run that is created with a move is stored as already moved',
      'a signal to an ended run is refused and not kept',
      'an ended run is never taken, not even by name',
      'runs are listed by any of the statuses',
      'the due runs are those that a claim would take',
      'old runs are removed with their records, and counted',
      'only runs that ended long enough ago are removed',
      'thousands of ended runs are removed batch by batch',
      'a larger input, output or failure is refused before anything is written',
      'numbers and names out of bounds are refused before anything is written',
    ],
    (store) =>
      altered(store, {
        write: (write) =>
          write.kind === 'create' && write.move?.status === 'succeeded' ? { ...write, move: undefined } : write,
      }),
  ),
  flawed('gives a hold of a pending run', ['nobody holds a run that was created as pending'], (store) =>
    altered(store, {
      outcome: (outcome, write) =>
        outcome.accepted && write.kind === 'create' && write.head.status === 'pending'
          ? { ...outcome, hold: { run: write.run, ref: '1', token: 1, runner: write.runner } }
          : outcome,
    }),
  ),
  flawed(
    'answers a create without its hold',
    ['whoever creates a running run holds it under the token 1'],
    (store) => ({
      append: async (writes, call) => {
        const outcomes = await store.append(writes, call)
        return outcomes.map((one) =>
          one.accepted && one.hold ? { ...one, hold: { ...one.hold, runner: 'nobody' } } : one,
        )
      },
    }),
  ),
  flawed('answers in another order', ['each write is answered, in the order given'], (store) => ({
    append: async (writes, call) => (await store.append(writes, call)).toReversed(),
  })),
  flawed('fails a call without writes', ['a call without writes does nothing'], (store) => ({
    append: async (writes, call) => {
      if (writes.length === 0)
        throw journalFailure('journal.invalid_request', { what: 'writes', received: 'none', allowed: 'one' })
      return store.append(writes, call)
    },
  })),
]
