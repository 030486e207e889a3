import {
  type ClaimAnswer,
  type ClaimRequest,
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
  runOf,
  type StateStore,
  type StoreCall,
  type Write,
  WriteCheck,
} from '@baton/core/ports'
import { attempt } from './attempt.js'
import { type Database, refused, type StateEngine } from './engine.js'
import { listRuns } from './list-runs.js'
import { readHeads, RunReader } from './read-run.js'

export interface StateStoreDeps extends Database {
  readonly engine: StateEngine
  /** Where lists are read, unless where everything else is: a replica may be a little behind. */
  readonly replica?: Database['db'] | undefined
}

/** The journal of runs in a database: what databases share is written here, what each does in its own SQL is its engine's. */
export class KyselyStateStore implements StateStore {
  readonly listen?: NonNullable<StateStore['listen']>
  readonly #deps: StateStoreDeps
  readonly #check = new WriteCheck()
  readonly #reader: RunReader

  constructor(deps: StateStoreDeps) {
    this.#deps = deps
    this.#reader = new RunReader(deps.engine)
    const listen = deps.engine.listen
    if (listen !== undefined) this.listen = listen
  }

  async append(writes: readonly Write[], call?: StoreCall): Promise<readonly Outcome[]> {
    call?.signal?.throwIfAborted()
    this.#check.check(writes)
    for (const write of writes) if (write.kind === 'held') checkRun(write.hold.run)
    if (writes.length === 0) return []
    return attempt('append', call, () => this.#append(writes))
  }

  async claim(request: ClaimRequest, call?: StoreCall): Promise<ClaimAnswer> {
    call?.signal?.throwIfAborted()
    checkClaim(request)
    return attempt('claim runs', call, () => this.#deps.engine.claim(request))
  }

  async read(run: RunRef, page: RecordPage, call?: StoreCall): ReturnType<StateStore['read']> {
    call?.signal?.throwIfAborted()
    checkRun(run)
    checkPage(page)
    return attempt('read a run', call, () => this.#reader.read(run, page))
  }

  async list(query: RunQuery, call?: StoreCall): ReturnType<StateStore['list']> {
    call?.signal?.throwIfAborted()
    checkQuery(query)
    const { names, engine } = this.#deps
    // Somebody goes on from what a runner holds, what is due, and how a session was left: that has to be as it is now.
    const isExact = query.runner !== undefined || query.due === true || query.session !== undefined
    const replica = isExact ? undefined : this.#deps.replica
    const doing = replica === undefined ? 'list runs' : 'list runs on its replica'
    return attempt(doing, call, () => listRuns({ db: replica ?? this.#deps.db, names }, engine.words, query))
  }

  async delete(deletion: Deletion, call?: StoreCall): Promise<number> {
    call?.signal?.throwIfAborted()
    checkDeletion(deletion)
    return attempt('delete runs', call, () => this.#deps.engine.delete(deletion))
  }

  async #append(writes: readonly Write[]): Promise<readonly Outcome[]> {
    const answers = await this.#deps.engine.append(writes)
    const runs = writes.filter((_, index) => answers[index] === refused).map(runOf)
    const heads = (await readHeads(this.#deps, this.#deps.engine.words, runs))[Symbol.iterator]()
    return answers.map((answer) => (answer === refused ? { accepted: false, head: heads.next().value } : answer))
  }
}
