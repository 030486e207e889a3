import { declareFailures, isFailure, token } from '../protocol/index.js'
import type {
  ClaimAnswer,
  ClaimRequest,
  EndedStatus,
  Head,
  Outcome,
  RecordPage,
  RunQuery,
  RunRecord,
  RunRef,
  Write,
} from './run-record.js'

/** What every call to a store may carry. */
export interface StoreCall {
  /** When it aborts the call rejects with its reason; whether the store did the work is unknown if it was under way. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The journal of runs: one head for each, and records that are never changed.
 *
 * - Time is the store's own, always: instants are whole milliseconds since 1970 that never go back; callers give durations,
 *   so that a wrong clock on a host changes nothing.
 * - What a call resolved to is durable as far as the store promises, and seen by every later call of every client.
 * - Identifiers are opaque and kept exactly. One that is none (`identifier.invalid`), a body of more than 1,048,576
 *   characters (`journal.value_too_large`), and a number or a name outside what is written here
 *   (`journal.invalid_request`) is refused before anything of that call is written. Durations are whole milliseconds up to
 *   10,000,000,000,000, counts are whole and at least 0.
 * - A cursor (`after`) that the store cannot have given as a `next` is refused (`journal.invalid_request`).
 * - What is not given is absent when it is read back; what is empty or zero stays so.
 * - What callers do to the objects that they gave or got does not change the store.
 * - A call whose signal is aborted already rejects with its reason and does nothing.
 * - A call that fails is `retryable` where it may succeed when it is made again, and has `blames: 'write'` in its details where
 *   others may succeed meanwhile; one that fails for something about the store that somebody has to see to has
 *   `blames: 'store'`; any other failure means what was asked.
 */
export interface StateStore {
  /**
   * Whether all is gone with this process, and whatever it is given is stored before `append` returns its promise: nobody
   * gains anything by waiting for it. Absent: no.
   */
  readonly isVolatile?: boolean
  /**
   * Only of a volatile store: takes a run that has ended, to be written when somebody looks into the store; or never, should
   * so many others end before that it would be forgotten. It counts as stored now, with so many records.
   */
  appendEnded?(write: () => Write, records: number): void
  /**
   * Only of a store that can: tells whenever runs may have become due, or were signalled, in any process that uses it, until
   * it is stopped. It tells soon, but not for sure: whoever listens goes on looking from time to time.
   */
  listen?(told: () => void): () => void
  /**
   * Stores writes: one answer for each, in the same order. A call in which a run appears twice is refused as a whole
   * (`journal.invalid_request`); one without writes does nothing.
   *
   * - Atomic: the records and the move of one write are stored all or none. The call may be one transaction for all.
   * - Isolated: a refused write never fails its neighbours.
   * - `create` is refused when a run of that name exists. The first token is 1. With a `move` the run is stored as if the
   *   move had followed at once.
   * - `held` is accepted if and only if the run that the hold's `ref` names has the hold's token at commit. The fence has
   *   no other rule.
   * - `signal` needs no hold. It is refused when the run is absent or ended, whether its key exists there or not; it raises
   *   `nudge` by one and makes a `pending` or `suspended` run due at once, but never puts off an earlier `wakeAt`. Its
   *   record's kind is `signal`, else it is refused (`journal.invalid_request`). To an open run a signal whose key exists
   *   already is accepted, with `fresh: 0`, and does nothing.
   * - First wins: a second record with the same key, in a later write or in the same one, is dropped, neither an overwrite
   *   nor an error; `fresh` counts the new.
   * - A move raises the token by one: the caller holds the run no more, and the answer has no hold. To suspend a run resets
   *   its `takeovers`.
   * - A run released with a `nudge` above `seen` is due at once: no signal is lost.
   * - Lost answer: the same write sent again with `retry` ends in the state of having been sent once; where its move was
   *   already stored it is refused, and the head tells.
   * - Order: writes to one run take effect one after the other, and its records are numbered in that order, those of one
   *   write in the order given.
   */
  append(writes: readonly Write[], call?: StoreCall): Promise<readonly Outcome[]>

  /**
   * Renews the runner's lease, then takes runs of the named workflow versions, in one atomic step and without waiting:
   * those whose runner's lease has lapsed and those that are due (`pending` or `suspended`, `wakeAt` reached; earliest
   * first), together up to `limit`; and, beside these, the open runs named by `take`. Which of the lapsed and the due come
   * first under a `limit` is not promised.
   *
   * - A claimed run is `running`, held by this runner under a token that no other call ever gets for its `ref`; its `wakeAt`
   *   is gone.
   * - `takeovers` grows by one for a run that was `running`, not for one that had been handed back.
   * - A `needs-attention` run is only taken by name. An ended run never is, nor one of another workflow version.
   * - A run created with status `running` counts as held by a runner whose lease lasts until it lapses: a runner that was
   *   never seen by `claim` is one that has lapsed.
   * - A runner's own running runs are not taken by it, except by name.
   * - The runner is told (`nudged`) of the runs it held before this call and goes on holding that were signalled while it
   *   held them, each with its count of signals: of each signal at least once, of one that it knows perhaps again. A run that this call takes, also from the
   *   runner itself by name, is not among them: the `nudge` of its head tells.
   */
  claim(request: ClaimRequest, call?: StoreCall): Promise<ClaimAnswer>

  /**
   * A run's head with one page of its records; nothing when there is no such run. Pages go by key, in an order of the
   * store's choice: records that exist throughout are neither skipped nor repeated while others are added. `next` is
   * absent on the last page. Whatever was accepted before a claim is read after it.
   */
  read(
    run: RunRef,
    page: RecordPage,
    call?: StoreCall,
  ): Promise<
    { readonly head: Head; readonly records: readonly RunRecord[]; readonly next?: string | undefined } | undefined
  >

  /**
   * Heads that pass all filters that are given, newest first. A run stored before the first page is on exactly one page, one
   * stored later on none; a run that is deleted or whose status changes meanwhile may be missed by itself, never another
   * because of it. `next` is absent on the last page. Sessions and parents are names within a tenant: to filter by one
   * without its tenant is refused (`journal.invalid_request`).
   */
  list(
    query: RunQuery,
    call?: StoreCall,
  ): Promise<{ readonly heads: readonly Head[]; readonly next?: string | undefined }>

  /**
   * Removes runs, each head together with all of its records, and resolves with how many: the one named, whatever its
   * status; or at most `limit` (1 to 500) of those that ended in one of the statuses at least `endedForMs` ago, oldest
   * end first, but never the parent of a run that is there: children go before. A write that was under way to a removed run is refused, also when a new run has its id by then.
   */
  delete(
    query:
      | { readonly run: RunRef }
      | { readonly endedForMs: number; readonly statuses: readonly EndedStatus[]; readonly limit: number },
    call?: StoreCall,
  ): Promise<number>
}

export const stateStore = token<StateStore>('baton.state-store')

/** The largest body that a store takes, in characters. */
export const largestBody = 1_048_576

/**
 * Whether a call failed for something about the store, and not for what was asked: a full disk, a wrong password, tables that
 * are missing. To ask again at once is of no use; who has something that must not be lost goes on when that is seen to.
 */
export function blamesStore(error: unknown): boolean {
  return blames(error) === 'store'
}

/**
 * Whether a call failed for something about one of its writes that may pass: a run that somebody has locked, a statement that
 * took too long. It is worth another try, and the others may be stored meanwhile.
 */
export function blamesWrite(error: unknown): boolean {
  return blames(error) === 'write'
}

function blames(error: unknown): unknown {
  return isFailure(error) ? (error.details as { readonly blames?: unknown }).blames : undefined
}

export const journalFailure = declareFailures({
  'journal.value_too_large': {
    when: 'A record, an input or an output is larger than a journal takes.',
    retryable: false,
    says: ({ what, length, limit }: { what: string; length: number; limit: number }) =>
      `${what} is ${length} characters long when encoded; the limit is ${limit}.`,
    remedy: 'Store it elsewhere and return a reference to it.',
  },
  'journal.invalid_request': {
    when: 'A store was called with a number or a value outside what its port allows.',
    retryable: false,
    says: ({ what, received }: { what: string; received: string; allowed: string }) =>
      `The store cannot take ${received} as ${what}.`,
    remedy: ({ allowed }: { allowed: string }) => `Give ${allowed}.`,
  },
})
