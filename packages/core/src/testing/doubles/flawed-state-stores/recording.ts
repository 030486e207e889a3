import { type Head, type NewRecord, type RunRecord, type Write } from '../../../ports/index.js'
import { altered, flawed } from './altered.js'

function recordsOf(write: Write): readonly NewRecord[] {
  return write.kind === 'signal' ? [write.record] : write.records
}

/** Stores that count, number, date or keep records wrongly. */
export const flawedRecorders = [
  flawed(
    'counts every record as fresh',
    [
      'the first record with a key wins',
      'the first record with a key wins also within one write',
      'fresh counts the records that are new',
      'writes to one run at once take effect one after the other',
      'a write that is sent again with retry is stored once',
      'a write that was never stored is stored when it is sent again with retry',
      'a signal whose key exists is accepted and does nothing',
      'of equal signals at once one counts',
      'any identifier can name a record and its agent',
    ],
    (store) =>
      altered(store, {
        outcome: (outcome, write) => (outcome.accepted ? { ...outcome, fresh: recordsOf(write).length } : outcome),
      }),
  ),
  flawed(
    'keeps one record of a key for all runs of a tenant',
    [
      'runs and keys that are equal when joined are different records',
      'a larger body of a record is refused before anything is written',
      'a record is not written under what is no identifier',
      'numbers and names out of bounds are refused before anything is written',
    ],
    (store) => {
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
    },
  ),
  flawed(
    'numbers records by their keys',
    [
      'a record is read back as it was given',
      'records are numbered in the order in which they were stored',
      'a few thousand records are read page by page, each once',
      'any identifier can name a record and its agent',
      'similar identifiers are not equal',
    ],
    (store) =>
      altered(store, {
        read: (page) => {
          const sorted = page.records.map(({ key }) => key).sort()
          return { ...page, records: page.records.map((one) => ({ ...one, number: 1 + sorted.indexOf(one.key) })) }
        },
      }),
  ),
  flawed('tells times with fractions', ['times are whole milliseconds of the store that never go back'], (store) =>
    altered(store, { record: (one) => ({ ...one, at: one.at + 0.25 }) }),
  ),
  flawed(
    'stands still in time',
    [
      'times are whole milliseconds of the store that never go back',
      'the time that a claim tells is the one of the store',
    ],
    (store) => {
      let start: number | undefined
      return altered(store, { claim: (answer) => ({ ...answer, now: (start ??= answer.now) }) })
    },
  ),
  flawed(
    'forgets which attempt it was',
    ['a record is read back as it was given', 'what is empty or zero is not absent'],
    (store) => altered(store, { record: (one: RunRecord) => ({ ...one, attempt: 1 }) }),
  ),
  flawed(
    'forgets what a run began with when it is released',
    ['a released run keeps its records and what it began with'],
    (store) =>
      altered(store, { head: (head: Head) => (head.status === 'suspended' ? { ...head, input: undefined } : head) }),
  ),
  flawed(
    'forgets the parent',
    ['a created run is read back as it was given', 'any identifier can name a session, a parent and a workflow'],
    (store) => altered(store, { head: (head) => ({ ...head, parent: undefined }) }),
  ),
]
