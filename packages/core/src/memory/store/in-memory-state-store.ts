import type {
  ClaimAnswer,
  ClaimRequest,
  Clock,
  Outcome,
  RecordPage,
  RunQuery,
  RunRef,
  StateStore,
  StoreCall,
  Write,
} from '../../ports/index.js'
import { WriteApplier } from './apply-write.js'
import { checkRun } from './check-request.js'
import { WriteCheck } from './check-writes.js'
import { checkClaim, claimRuns } from './claim-runs.js'
import { checkDeletion, type Deletion, deleteRuns, forgetEnded } from './delete-runs.js'
import { checkQuery, listRuns } from './list-runs.js'
import { checkPage, readRecords } from './read-records.js'
import { RunIndex } from './run-index.js'
import { StoreTime } from './store-time.js'

export interface InMemoryOptions {
  readonly clock: Clock
  /**
   * Whether those who write may go on before it has answered: true where nobody else reads it, and nothing is to be learnt
   * about a store that lasts.
   */
  readonly isVolatile?: boolean
  /** How many ended runs are kept, unless all: beyond that the one that ended first is forgotten. */
  readonly maxEnded?: number
}

/**
 * The journal of runs in memory: the rules of every StateStore, and gone with the process. It asks nothing about `host` and
 * `pid`: its runners are all of this one process, and none outlives it.
 */
export class InMemoryStateStore implements StateStore {
  readonly isVolatile: boolean
  readonly #maxEnded: number
  readonly #time: StoreTime
  readonly #index = new RunIndex()
  readonly #check = new WriteCheck()
  readonly #writes = new WriteApplier(this.#index)

  constructor({ clock, isVolatile = false, maxEnded = Number.POSITIVE_INFINITY }: InMemoryOptions) {
    this.isVolatile = isVolatile
    this.#maxEnded = maxEnded
    this.#time = new StoreTime(clock)
  }

  async append(writes: readonly Write[], call?: StoreCall): Promise<readonly Outcome[]> {
    call?.signal?.throwIfAborted()
    // Nothing below can fail once all are checked: that is what makes a write whole.
    this.#check.check(writes)
    const now = this.#time.now()
    const outcomes: Outcome[] = []
    for (const write of writes) outcomes.push(this.#writes.apply(write, now))
    forgetEnded(this.#index, this.#maxEnded)
    return outcomes
  }

  async claim(request: ClaimRequest, call?: StoreCall): Promise<ClaimAnswer> {
    call?.signal?.throwIfAborted()
    checkClaim(request)
    return claimRuns(this.#index, request, this.#time.now())
  }

  async read(run: RunRef, page: RecordPage, call?: StoreCall): ReturnType<StateStore['read']> {
    call?.signal?.throwIfAborted()
    checkRun(run)
    checkPage(page)
    const entry = this.#index.find(run)
    return entry && { head: entry.head(), ...readRecords(entry, page) }
  }

  async list(query: RunQuery, call?: StoreCall): ReturnType<StateStore['list']> {
    call?.signal?.throwIfAborted()
    checkQuery(query)
    return listRuns(this.#index, query, this.#time.now())
  }

  async delete(deletion: Deletion, call?: StoreCall): Promise<number> {
    call?.signal?.throwIfAborted()
    checkDeletion(deletion)
    return deleteRuns(this.#index, deletion, this.#time.now())
  }
}
