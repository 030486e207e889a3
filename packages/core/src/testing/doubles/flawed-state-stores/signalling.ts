import type { Nudged, Write } from '../../../ports/index.js'
import { altered, flawed } from './altered.js'

const isSignal = (write: Write): write is Write & { kind: 'signal' } => write.kind === 'signal'

/** Stores that lose signals, or hear what was not said. */
export const flawedListeners = [
  flawed(
    'keeps a signal without raising nudge',
    [
      'a signal needs no hold, adds its record and raises nudge by one',
      'a signal whose key exists is accepted and does nothing',
      'of different signals at once all count',
    ],
    (store) =>
      altered(store, {
        outcome: (outcome, write) => (outcome.accepted && isSignal(write) ? { ...outcome, nudge: 0 } : outcome),
      }),
  ),
  flawed(
    'counts a signal that it has already',
    ['a signal whose key exists is accepted and does nothing', 'of equal signals at once one counts'],
    (store) => ({
      append: async (writes, call) => {
        const outcomes = await store.append(writes, call)
        const again = writes.flatMap((write, index): Write[] => {
          const outcome = outcomes[index]
          if (!isSignal(write) || !outcome?.accepted || outcome.fresh > 0) return []
          return [{ ...write, record: { ...write.record, key: `${write.record.key} ${outcome.nudge}` } }]
        })
        if (again.length > 0) await store.append(again)
        return outcomes
      },
    }),
  ),
  flawed(
    'fences off the holder by a signal',
    [
      'records are numbered in the order in which they were stored',
      'a signal does not fence off the holder',
      'a signal whose key exists is accepted and does nothing',
      'the holder learns of signals from its next append',
      'a run that is released with an unread signal is due at once',
      'a run that is released with every signal read is not due',
      'a runner is told by its claim of signals to the runs it holds',
      'a runner is not told of signals to runs that it does not hold',
    ],
    (store) => ({
      append: async (writes, call) => {
        const outcomes = await store.append(writes, call)
        for (const [index, write] of writes.entries()) {
          if (!isSignal(write) || !outcomes[index]?.accepted) continue
          const { head } = (await store.read(write.run, { limit: 1 })) ?? {}
          if (head?.status !== 'running') continue
          const { workflow, version, runner } = head
          await store.claim({
            runner: { name: runner },
            leaseMs: 1,
            workflows: [{ workflow, version }],
            limit: 0,
            take: [write.run],
          })
        }
        return outcomes
      },
    }),
  ),
  flawed(
    'creates the run that a signal is for',
    [
      'each write is answered, in the order given',
      'a signal to a run that is not there is refused',
      'a removed run is neither listed nor claimed nor signalled',
    ],
    (store) =>
      altered(store, {
        outcome: (outcome, write) =>
          !outcome.accepted && isSignal(write) && outcome.head === undefined
            ? { accepted: true, nudge: 1, fresh: 1 }
            : outcome,
      }),
  ),
  flawed(
    'accepts signals to ended runs',
    [
      'a signal to an ended run is refused and not kept',
      'a signal to an ended run is refused, also where its key exists',
    ],
    (store) =>
      altered(store, {
        outcome: (outcome, write) =>
          !outcome.accepted && isSignal(write) && outcome.head !== undefined
            ? { accepted: true, nudge: 1, fresh: 1 }
            : outcome,
      }),
  ),
  flawed(
    'looks for the key of a signal before it looks whether the run has ended',
    ['a signal to an ended run is refused, also where its key exists'],
    (store) => ({
      append: async (writes, call) => {
        const outcomes = [...(await store.append(writes, call))]
        for (const [index, write] of writes.entries()) {
          if (!isSignal(write) || outcomes[index]?.accepted) continue
          const { head, records = [] } = (await store.read(write.run, { limit: 1_000 })) ?? {}
          if (head === undefined || !records.some(({ key }) => key === write.record.key)) continue
          outcomes[index] = { accepted: true, nudge: head.nudge, fresh: 0 }
        }
        return outcomes
      },
    }),
  ),
  flawed(
    'makes a run that is due already due anew by a signal',
    ['a signal does not postpone a run that was due before'],
    (store, clock) => {
      const signalled = new Map<string, number>()
      return altered(store, {
        outcome: (outcome, write) => {
          if (isSignal(write)) signalled.set(JSON.stringify([write.run.tenant, write.run.id]), clock.now())
          return outcome
        },
        head: (head) => {
          const at = signalled.get(JSON.stringify([head.tenant, head.id])) ?? 0
          return head.wakeAt === undefined ? head : { ...head, wakeAt: Math.max(head.wakeAt, at) }
        },
      })
    },
  ),
  flawed(
    'takes any record for a signal',
    [
      'a record that is no signal cannot be sent as one',
      'numbers and names out of bounds are refused before anything is written',
    ],
    (store) =>
      altered(store, {
        write: (write) => (isSignal(write) ? { ...write, record: { ...write.record, kind: 'signal' } } : write),
      }),
  ),
  flawed(
    'lets signalled runs sleep on',
    [
      'a run that is released without a time is not due until it is signalled',
      'a signal makes a suspended or pending run due at once',
      'a run that is released with an unread signal is due at once',
      'the due runs are those that a claim would take',
    ],
    (store) => ({
      claim: async (request, call) => {
        const answer = await store.claim(request, call)
        const asleep = answer.runs.filter(({ head }) => head.nudge > 0 && head.token === 3)
        return { ...answer, runs: answer.runs.filter((run) => !asleep.includes(run)) }
      },
    }),
  ),
  flawed(
    'wakes runs that need attention by a signal',
    ['a signal to a run that needs attention is kept and does not wake it'],
    (store) => {
      const attention = new Set<Write & { kind: 'signal' }>()
      return {
        ...altered(store, {
          outcome: (outcome, write) => {
            if (outcome.accepted && isSignal(write)) attention.add(write)
            return outcome
          },
        }),
        claim: async (request, call) => {
          const take = [...(request.take ?? [])]
          for (const { run } of attention) {
            const page = await store.read(run, { limit: 1 })
            if (page?.head.status === 'needs-attention') take.push(run)
          }
          return store.claim({ ...request, take }, call)
        },
      }
    },
  ),
  flawed('does not tell the holder of signals', ['the holder learns of signals from its next append'], (store) =>
    altered(store, {
      outcome: (outcome, write) => (outcome.accepted && write.kind === 'held' ? { ...outcome, nudge: 0 } : outcome),
    }),
  ),
  flawed(
    'does not tell the runner of signals',
    ['a runner is told by its claim of signals to the runs it holds'],
    (store) => altered(store, { claim: (answer) => ({ ...answer, nudged: [] }) }),
  ),
  flawed(
    'tells the runner of signals without counting them',
    ['a runner is told by its claim of signals to the runs it holds'],
    (store) =>
      altered(store, {
        claim: (answer) => ({ ...answer, nudged: answer.nudged.map((one) => ({ ...one, nudge: 1 })) }),
      }),
  ),
  flawed(
    'tells every runner of every signal',
    [
      'a runner is not told of signals to runs that it does not hold',
      'a runner that takes its own run again is told of its signals by the head alone',
    ],
    (store) => {
      const signalled = new Map<string, Nudged>()
      return altered(store, {
        outcome: (outcome, write) => {
          if (!isSignal(write)) return outcome
          const name = JSON.stringify(write.run)
          const nudge = (signalled.get(name)?.nudge ?? 0) + 1
          signalled.set(name, { ...write.run, nudge })
          return outcome
        },
        claim: (answer) => ({ ...answer, nudged: [...signalled.values()] }),
      })
    },
  ),
  flawed(
    'tells a runner of a run that it takes again as of one that it goes on holding',
    ['a runner that takes its own run again is told of its signals by the head alone'],
    (store) => ({
      claim: async (request, call) => {
        const heads = []
        for (const run of request.take ?? []) heads.push((await store.read(run, { limit: 1 }))?.head)
        const again = heads.filter((head) => head?.runner === request.runner.name && head.nudge > 0)
        const answer = await store.claim(request, call)
        const nudged = answer.runs.filter(({ head }) => again.some((one) => one?.ref === head.ref))
        return {
          ...answer,
          nudged: [...answer.nudged, ...nudged.map(({ head: { tenant, id, nudge } }) => ({ tenant, id, nudge }))],
        }
      },
    }),
  ),
]
