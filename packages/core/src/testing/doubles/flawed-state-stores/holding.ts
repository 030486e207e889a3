import type { Hold, Move, Write } from '../../../ports/index.js'
import { altered, flawed } from './altered.js'

function withMove(change: (move: Move) => Move): (write: Write) => Write {
  return (write) =>
    write.kind !== 'signal' && write.move !== undefined ? { ...write, move: change(write.move) } : write
}

/** Stores that confuse who holds a run, and what a move makes of it. */
export const flawedHolders = [
  flawed('ignores the fence', [], (store) => ({
    append: async (writes, call) => {
      const current: Write[] = []
      for (const write of writes) {
        const head = write.kind === 'held' ? (await store.read(write.hold.run, { limit: 1 }))?.head : undefined
        const isOld = write.kind === 'held' && head?.ref === write.hold.ref && head.status === 'running'
        current.push(isOld ? { ...write, hold: { ...write.hold, token: head.token } } : write)
      }
      return store.append(current, call)
    },
  })),
  flawed('fences by the runner also', [], (store) => {
    const isStranger = (write: Write): boolean => write.kind === 'held' && write.hold.runner === 'under another name'
    return altered(store, {
      write: (write) =>
        isStranger(write) && write.kind === 'held' ? { ...write, hold: { ...write.hold, token: 0 } } : write,
    })
  }),
  flawed('fences by the lease also', [], (store, clock) => {
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
  flawed('refuses without telling the head', [], (store) =>
    altered(store, { outcome: (outcome) => (outcome.accepted ? outcome : { accepted: false, head: undefined }) }),
  ),
  flawed('makes a head for a run that is not there', [], (store) =>
    altered(store, {
      outcome: (outcome, write) =>
        outcome.accepted || outcome.head !== undefined || write.kind === 'create'
          ? outcome
          : { accepted: false, head: { id: 'none' } as never },
    }),
  ),
  flawed('answers a held write without its hold', [], (store) =>
    altered(store, {
      outcome: (outcome, write) =>
        outcome.accepted && write.kind === 'held' ? { ...outcome, hold: undefined } : outcome,
    }),
  ),
  flawed('leaves the holder its hold after a move', [], (store) => {
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
  flawed('finds a run by its name where its ref is another', [], (store) => ({
    append: async (writes, call) => {
      const current: Write[] = []
      for (const write of writes) {
        const ref = write.kind === 'held' ? (await store.read(write.hold.run, { limit: 1 }))?.head.ref : undefined
        current.push(write.kind === 'held' && ref !== undefined ? { ...write, hold: { ...write.hold, ref } } : write)
      }
      return store.append(current, call)
    },
  })),
  flawed('says of several ends that they were accepted', [], (store) =>
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
  flawed('loses a signal on release', [], (store) =>
    altered(store, { write: withMove((move) => ({ ...move, seen: Number.MAX_SAFE_INTEGER })) }),
  ),
  flawed('wakes a released run for signals that it has read', [], (store) =>
    altered(store, { write: withMove((move) => ({ ...move, seen: 0 })) }),
  ),
  flawed('wakes released runs at once', [], (store) =>
    altered(store, { write: withMove((move) => (move.wakeInMs === undefined ? move : { ...move, wakeInMs: 0 })) }),
  ),
  flawed('never wakes released runs', [], (store) =>
    altered(store, { write: withMove((move) => ({ ...move, wakeInMs: undefined })) }),
  ),
  flawed('wakes runs that were released without a time', [], (store) =>
    altered(store, { write: withMove((move) => ({ ...move, wakeInMs: move.wakeInMs ?? 0 })) }),
  ),
  flawed('wakes pending runs without a time', [], (store) =>
    altered(store, {
      write: (write) =>
        write.kind === 'create' ? { ...write, head: { ...write.head, wakeInMs: write.head.wakeInMs ?? 0 } } : write,
    }),
  ),
  flawed('forgets when a run ended', [], (store) =>
    altered(store, { head: (head) => (head.status === 'cancelled' ? { ...head, endedAt: undefined } : head) }),
  ),
  flawed('keeps the failure of an earlier move', [], (store) => {
    const failures = new Map<string, string>()
    return altered(store, {
      head: (head) => {
        if (head.failure !== undefined) failures.set(head.ref, head.failure)
        return { ...head, failure: failures.get(head.ref) }
      },
    })
  }),
  flawed('keeps takeovers when a run is suspended', [], (store) => {
    const kept = new Map<string, number>()
    return altered(store, {
      head: (head) => {
        kept.set(head.ref, Math.max(head.takeovers, kept.get(head.ref) ?? 0))
        return { ...head, takeovers: kept.get(head.ref) ?? 0 }
      },
    })
  }),
  flawed('forgets takeovers when a run is handed back', [], (store) =>
    altered(store, { head: (head) => (head.status === 'pending' ? { ...head, takeovers: 0 } : head) }),
  ),
]
