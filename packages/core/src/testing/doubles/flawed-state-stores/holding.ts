import type { Hold, Move, Write } from '../../../ports/index.js'
import { altered, flawed } from './altered.js'

function withMove(change: (move: Move) => Move): (write: Write) => Write {
  return (write) =>
    write.kind !== 'signal' && write.move !== undefined ? { ...write, move: change(write.move) } : write
}

/** Stores that confuse who holds a run, and what a move makes of it. */
export const flawedHolders = [
  flawed(
    'ignores the fence',
    [
      'a refused write fails none of its neighbours',
      'nothing of a refused write is stored',
      'a claim fences off the former holder',
      'a former holder cannot end the run of its successor',
      'a refused held write is told the head as it stands',
    ],
    (store) => ({
      append: async (writes, call) => {
        const current: Write[] = []
        for (const write of writes) {
          const head = write.kind === 'held' ? (await store.read(write.hold.run, { limit: 1 }))?.head : undefined
          const isOld = write.kind === 'held' && head?.ref === write.hold.ref && head.status === 'running'
          current.push(isOld ? { ...write, hold: { ...write.hold, token: head.token } } : write)
        }
        return store.append(current, call)
      },
    }),
  ),
  flawed('fences by the runner also', ['the token alone decides: a lapsed lease refuses nobody'], (store) => {
    const isStranger = (write: Write): boolean => write.kind === 'held' && write.hold.runner === 'under another name'
    return altered(store, {
      write: (write) =>
        isStranger(write) && write.kind === 'held' ? { ...write, hold: { ...write.hold, token: 0 } } : write,
    })
  }),
  flawed('fences by the lease also', ['the token alone decides: a lapsed lease refuses nobody'], (store, clock) => {
    const until = new Map<string, number>()
    return altered(store, {
      request: (request) => {
        until.set(request.runner.name, clock.monotonic() + request.leaseMs)
        return request
      },
      write: (write) =>
        write.kind === 'held' && (until.get(write.hold.runner) ?? Number.POSITIVE_INFINITY) < clock.monotonic()
          ? { ...write, hold: { ...write.hold, token: 0 } }
          : write,
    })
  }),
  flawed(
    'refuses without telling the head',
    [
      'to create a run that exists is refused, tells its head, and changes nothing',
      'each write is answered, in the order given',
      'a write whose move was stored is refused when it is sent again, and the head tells',
      'a refused held write is told the head as it stands',
      'a write to a removed run is refused, also when a new run has its id',
      'a signal to an ended run is refused and not kept',
    ],
    (store) =>
      altered(store, { outcome: (outcome) => (outcome.accepted ? outcome : { accepted: false, head: undefined }) }),
  ),
  flawed(
    'makes a head for a run that is not there',
    [
      'each write is answered, in the order given',
      'a held write to a run that is not there is refused without a head',
      'a signal to a run that is not there is refused',
    ],
    (store) =>
      altered(store, {
        outcome: (outcome, write) =>
          outcome.accepted || outcome.head !== undefined || write.kind === 'create'
            ? outcome
            : { accepted: false, head: { id: 'none' } as never },
      }),
  ),
  flawed(
    'answers a held write without its hold',
    ['a write that is sent again with retry is stored once', 'a holder writes on under the hold it is answered with'],
    (store) =>
      altered(store, {
        outcome: (outcome, write) =>
          outcome.accepted && write.kind === 'held' ? { ...outcome, hold: undefined } : outcome,
      }),
  ),
  flawed(
    'gives a hold to whoever shows the token of a run that nobody holds',
    ['a write to a run that nobody holds gives no hold of it'],
    (store) =>
      altered(store, {
        outcome: (outcome, write) =>
          outcome.accepted && write.kind === 'held' && write.move === undefined
            ? { ...outcome, hold: write.hold }
            : outcome,
      }),
  ),
  flawed('leaves the holder its hold after a move', ['a move raises the token by one and ends the hold'], (store) => {
    const moved = new Map<string, Hold>()
    return altered(store, {
      write: (write) => {
        const hold = write.kind === 'held' ? moved.get(write.hold.ref) : undefined
        return hold && write.kind === 'held' && write.move === undefined ? { ...write, hold } : write
      },
      outcome: (outcome, write) => {
        if (outcome.accepted && write.kind === 'held' && write.move !== undefined) {
          moved.set(write.hold.ref, { ...write.hold, token: write.hold.token + 1 })
        }
        return outcome
      },
    })
  }),
  flawed(
    'finds a run by its name where its ref is another',
    ['a write to a removed run is refused, also when a new run has its id'],
    (store) => ({
      append: async (writes, call) => {
        const current: Write[] = []
        for (const write of writes) {
          const ref = write.kind === 'held' ? (await store.read(write.hold.run, { limit: 1 }))?.head.ref : undefined
          current.push(write.kind === 'held' && ref !== undefined ? { ...write, hold: { ...write.hold, ref } } : write)
        }
        return store.append(current, call)
      },
    }),
  ),
  flawed(
    'says of several ends that they were accepted',
    [
      'a write whose move was stored is refused when it is sent again, and the head tells',
      'of many ends of one run at once exactly one is accepted',
    ],
    (store) =>
      altered(store, {
        outcome: (outcome, write) =>
          !outcome.accepted &&
          write.kind === 'held' &&
          write.move?.output !== undefined &&
          write.hold.token + 1 === outcome.head?.token
            ? { accepted: true, nudge: 0, fresh: 0 }
            : outcome,
      }),
  ),
  flawed(
    'loses a signal on release',
    [
      'a run that is released with an unread signal is due at once',
      'numbers and names out of bounds are refused before anything is written',
    ],
    (store) => altered(store, { write: withMove((move) => ({ ...move, seen: Number.MAX_SAFE_INTEGER })) }),
  ),
  flawed(
    'wakes a released run for signals that it has read',
    [
      'a signal whose key exists is accepted and does nothing',
      'a run that is released with every signal read is not due',
      'numbers and names out of bounds are refused before anything is written',
    ],
    (store) => altered(store, { write: withMove((move) => ({ ...move, seen: 0 })) }),
  ),
  flawed(
    'wakes released runs at once',
    [
      'a released run is due when its time has come, and not before',
      'a run that is released for a while is not due at once',
      'numbers and names out of bounds are refused before anything is written',
    ],
    (store) =>
      altered(store, { write: withMove((move) => (move.wakeInMs === undefined ? move : { ...move, wakeInMs: 0 })) }),
  ),
  flawed(
    'never wakes released runs',
    [
      'a released run is due when its time has come, and not before',
      'a run that is released for no time is due at once',
      'to suspend a run resets its takeovers, to hand it back does not',
      'a run that was handed back is claimed without a takeover',
      'numbers and names out of bounds are refused before anything is written',
      'a signal does not postpone a run that was due before',
    ],
    (store) => altered(store, { write: withMove((move) => ({ ...move, wakeInMs: undefined })) }),
  ),
  flawed(
    'wakes runs that were released without a time',
    [
      'a run that is released without a time is not due until it is signalled',
      'a signal whose key exists is accepted and does nothing',
      'a run that is released with every signal read is not due',
    ],
    (store) => altered(store, { write: withMove((move) => ({ ...move, wakeInMs: move.wakeInMs ?? 0 })) }),
  ),
  flawed(
    'wakes pending runs without a time',
    [
      'a run that was created as pending is due when its time has come',
      'the due runs are those that a claim would take',
    ],
    (store) =>
      altered(store, {
        write: (write) =>
          write.kind === 'create' ? { ...write, head: { ...write.head, wakeInMs: write.head.wakeInMs ?? 0 } } : write,
      }),
  ),
  flawed('forgets when a run ended', ['an ended run keeps its status, output, failure and time'], (store) =>
    altered(store, { head: (head) => (head.status === 'cancelled' ? { ...head, endedAt: undefined } : head) }),
  ),
  flawed('keeps the failure of an earlier move', ['output and failure are those of the last move'], (store) => {
    const failures = new Map<string, string>()
    return altered(store, {
      head: (head) => {
        if (head.failure !== undefined) failures.set(head.ref, head.failure)
        return { ...head, failure: failures.get(head.ref) }
      },
    })
  }),
  flawed(
    'keeps the output of an earlier move',
    ['a move that gives no output leaves none of an earlier one'],
    (store) => {
      const outputs = new Map<string, string>()
      return altered(store, {
        head: (head) => {
          if (head.output !== undefined) outputs.set(head.ref, head.output)
          return { ...head, output: outputs.get(head.ref) }
        },
      })
    },
  ),
  flawed(
    'keeps takeovers when a run is suspended',
    ['to suspend a run resets its takeovers, to hand it back does not'],
    (store) => {
      const kept = new Map<string, number>()
      return altered(store, {
        head: (head) => {
          kept.set(head.ref, Math.max(head.takeovers, kept.get(head.ref) ?? 0))
          return { ...head, takeovers: kept.get(head.ref) ?? 0 }
        },
      })
    },
  ),
  flawed(
    'forgets takeovers when a run is handed back',
    ['to suspend a run resets its takeovers, to hand it back does not'],
    (store) => altered(store, { head: (head) => (head.status === 'pending' ? { ...head, takeovers: 0 } : head) }),
  ),
]
