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
import { checkDeletion, type Deletion, deleteRuns } from './delete-runs.js'
import { checkQuery, listRuns } from './list-runs.js'
import { checkPage, readRecords } from './read-records.js'
import { RunIndex } from './run-index.js'
import { StoreTime } from './store-time.js'

/**
 * The journal of runs in memory: the rules of every StateStore, and gone with the process. It asks nothing about `host` and
 * `pid`: its runners are all of this one process, and none outlives it.
 */
export class InMemoryStateStore implements StateStore {
  readonly #time: StoreTime
  readonly #index = new RunIndex()
  readonly #check = new WriteCheck()
  readonly #writes = new WriteApplier(this.#index)

  constructor({ clock }: { readonly clock: Clock }) {
    this.#time = new StoreTime(clock)
  }

  async append(writes: readonly Write[], call?: StoreCall): Promise<readonly Outcome[]> {
    call?.signal?.throwIfAborted()
    // Nothing below can fail once all are checked: that is what makes a write whole.
    this.#check.check(writes)
    const now = this.#time.now()
    const outcomes: Outcome[] = []
    for (const write of writes) outcomes.push(this.#writes.apply(write, now))
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
