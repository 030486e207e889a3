import {
  type ClaimAnswer,
  type ClaimRequest,
  type Clock,
  checkClaim,
  checkDeletion,
  checkPage,
  checkQuery,
  checkRun,
  type Deletion,
  type Outcome,
  type RecordPage,
  type RunQuery,
  type RunRef,
  type StateStore,
  type StoreCall,
  type Write,
  WriteCheck,
} from '../../ports/index.js'
import { WriteApplier } from './apply-write.js'
import { claimRuns } from './claim-runs.js'
import { deleteRuns, forgetEnded } from './delete-runs.js'
import { listRuns } from './list-runs.js'
import { readRecords } from './read-records.js'
import { RunIndex } from './run-index.js'
import { StoreTime } from './store-time.js'

/** Fewer places than these that are empty are not worth moving the others. */
const fewForgotten = 1_000

export interface InMemoryOptions {
  readonly clock: Clock
  /**
   * Whether those who write may go on before it has answered: true where nobody else reads it, and nothing is to be learnt
   * about a store that lasts.
   */
  readonly isVolatile?: boolean
  /** How many ended runs are kept, unless all: beyond that the one that ended first is forgotten. */
  readonly maxEnded?: number
  /** How many records they may have, all together; unless given, any number. */
  readonly maxEndedRecords?: number
}

/**
 * The journal of runs in memory: the rules of every StateStore, and gone with the process. It asks nothing about `host` and
 * `pid`: its runners are all of this one process, and none outlives it.
 */
export class InMemoryStateStore implements StateStore {
  readonly isVolatile: boolean
  readonly #maxEnded: number
  readonly #maxEndedRecords: number
  readonly #time: StoreTime
  readonly #index = new RunIndex()
  readonly #check = new WriteCheck()
  readonly #writes = new WriteApplier(this.#index)
  /** Runs that have ended, and that nobody has looked for; from this place on. */
  #late: ({ readonly write: () => Write; readonly records: number; readonly at: number } | undefined)[] = []
  #lateRecords = 0
  #firstLate = 0

  constructor({
    clock,
    isVolatile = false,
    maxEnded = Number.POSITIVE_INFINITY,
    maxEndedRecords = Number.POSITIVE_INFINITY,
  }: InMemoryOptions) {
    this.isVolatile = isVolatile
    this.#maxEnded = maxEnded
    this.#maxEndedRecords = maxEndedRecords
    this.#time = new StoreTime(clock)
  }

  appendEnded(write: () => Write, records: number): void {
    this.#late.push({ write, records, at: this.#time.now() })
    this.#lateRecords += records
    while (this.#late.length - this.#firstLate > this.#maxEnded || this.#lateRecords > this.#maxEndedRecords) {
      this.#lateRecords -= this.#late[this.#firstLate]?.records ?? 0
      this.#late[this.#firstLate++] = undefined
      if (this.#firstLate === this.#late.length) break
    }
    if (this.#firstLate <= fewForgotten) return
    this.#late = this.#late.slice(this.#firstLate)
    this.#firstLate = 0
  }

  async append(writes: readonly Write[], call?: StoreCall): Promise<readonly Outcome[]> {
    call?.signal?.throwIfAborted()
    this.#writeLate()
    // Nothing below can fail once all are checked: that is what makes a write whole.
    this.#check.check(writes)
    const now = this.#time.now()
    const outcomes: Outcome[] = []
    for (const write of writes) outcomes.push(this.#writes.apply(write, now))
    forgetEnded(this.#index, this.#maxEnded, this.#maxEndedRecords)
    return outcomes
  }

  async claim(request: ClaimRequest, call?: StoreCall): Promise<ClaimAnswer> {
    call?.signal?.throwIfAborted()
    checkClaim(request)
    this.#writeLate()
    return claimRuns(this.#index, request, this.#time.now())
  }

  async read(run: RunRef, page: RecordPage, call?: StoreCall): ReturnType<StateStore['read']> {
    call?.signal?.throwIfAborted()
    checkRun(run)
    checkPage(page)
    this.#writeLate()
    const entry = this.#index.find(run)
    return entry && { head: entry.head(), ...readRecords(entry, page) }
  }

  async list(query: RunQuery, call?: StoreCall): ReturnType<StateStore['list']> {
    call?.signal?.throwIfAborted()
    checkQuery(query)
    this.#writeLate()
    return listRuns(this.#index, query, this.#time.now())
  }

  async delete(deletion: Deletion, call?: StoreCall): Promise<number> {
    call?.signal?.throwIfAborted()
    checkDeletion(deletion)
    this.#writeLate()
    return deleteRuns(this.#index, deletion, this.#time.now())
  }

  #writeLate(): void {
    if (this.#late.length === 0) return
    const late = this.#late.slice(this.#firstLate)
    this.#late = []
    this.#lateRecords = 0
    this.#firstLate = 0
    for (const one of late) {
      if (one === undefined) continue
      try {
        const write = one.write()
        this.#check.check([write])
        this.#writes.apply(write, one.at)
      } catch {
        // Nobody waits for it any more; the others are not to be lost with it.
      }
    }
    forgetEnded(this.#index, this.#maxEnded, this.#maxEndedRecords)
  }
}
