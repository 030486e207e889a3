import { readMember } from './read-member.js'

const mark = Symbol.for('baton.exhausted')

/** Counts on, never back: it orders what happens in this process, where clocks are too coarse to. */
let moment = 0

/** The moment that is now; every one is later than all before. */
export function nextMoment(): number {
  moment += 1
  return moment
}

/** Marks an error as one that has been tried often enough: who is told of it later need not repeat what it is about. */
export function markExhausted(error: unknown): void {
  if ((typeof error !== 'object' && typeof error !== 'function') || error === null) return
  try {
    Object.defineProperty(error, mark, { value: nextMoment(), configurable: true, writable: true })
  } catch {
    // What is frozen cannot be marked: then it may be repeated once more.
  }
}

/**
 * Whether an error, or one of its causes, was marked as exhausted after a moment. One and the same error may be thrown again
 * by work that has nothing to do with what it was marked for.
 */
export function isExhausted(error: unknown, since = 0): boolean {
  let cause = error
  for (let level = 0; level < 8 && cause !== undefined && cause !== null; level++) {
    const marked = readMember(cause, mark)
    if (typeof marked === 'number' && marked > since) return true
    cause = readMember(cause, 'cause')
  }
  return false
}
