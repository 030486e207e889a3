import {
  blamesStore,
  type ClaimAnswer,
  classify,
  type Failure,
  type Logger,
  type NewRecord,
} from '../../ports/index.js'
import type { WorkflowDefinition } from '../graph/index.js'
import {
  type Beginning,
  cancelSignal,
  type History,
  readHistory,
  RunJournal,
  signalKey,
  valueOf,
} from '../journal/index.js'
import { askForTurn, beginInSession } from './begin-in-session.js'
import { LiveRun } from './live-run.js'
import { migrated, migrationKey } from './migrated.js'
import { Past } from './past.js'
import { isNumbered } from './run-events.js'
import type { RunKeeper } from './run-keeper.js'
import type { RunSpec, StoreMoment } from './run-spec.js'
import { sessionDataOf } from './stored-run.js'
import { tenantOf } from './tenants.js'

type Claim = ClaimAnswer['runs'][number]

/** How a run that somebody takes by name is gone on with. */
export interface Resumption {
  /** What is recorded first: a person has decided it. */
  readonly records?: readonly NewRecord[]
  /** Whether a person has decided that it is to go on, however often it was taken over. */
  readonly isForced?: boolean
}

/** Goes on with runs that this process has claimed. */
export class RunResumer {
  readonly #keeper: RunKeeper
  readonly #maxTakeovers: number
  readonly #logger: Logger

  constructor(keeper: RunKeeper, maxTakeovers: number, logger: Logger) {
    this.#keeper = keeper
    this.#maxTakeovers = maxTakeovers
    this.#logger = logger
  }

  /** Resolves with the run once it goes on; nothing where its records cannot be read: whoever claims it next tries again. */
  async resume(claim: Claim, storeNow: number, resumption: Resumption = {}): Promise<LiveRun | undefined> {
    const keeper = this.#keeper
    const at = keeper.clock.monotonic()
    const definition = keeper.registry.ofHead(claim.head)
    if (definition === undefined) return undefined
    try {
      const history = await readHistory(keeper.store, claim.hold.run)
      if (history === undefined) return undefined
      return await this.#goOn(claim, definition, history, { now: storeNow, at }, resumption)
    } catch (error) {
      this.#logger.error({ error, run: claim.hold.run.id }, 'A run could not be gone on with')
      if (classify(error) !== 'retry' && !blamesStore(error)) await this.#leaveTo(claim)
      return undefined
    }
  }

  /** Leaves a run to a person whose records will never be read as they are. */
  async #leaveTo({ hold, head }: Claim): Promise<void> {
    const move = { status: 'needs-attention', seen: head.nudge } as const
    try {
      await this.#keeper.lane.send({ kind: 'held', hold, records: [], move })
    } catch (error) {
      this.#logger.warn({ error, run: hold.run.id }, 'A run could not be left to a person; it is tried again')
    }
  }

  async #goOn(
    { hold, head }: Claim,
    definition: WorkflowDefinition,
    { records }: History,
    storeTime: StoreMoment,
    { records: decided = [], isForced = false }: Resumption,
  ): Promise<LiveRun> {
    const keeper = this.#keeper
    const history = {
      head,
      records: [...records, ...decided.map((one) => ({ ...one, number: Infinity, at: storeTime.now }))],
    }
    const { input, deadlineMs, budget, beside = false } = valueOf(head.input) as Beginning
    const past = await this.#pastOf(definition, history)
    const spec: RunSpec = {
      definition,
      ref: hold.run,
      tenant: tenantOf(head.tenant),
      session: head.session,
      beside,
      input,
      dueInMs: deadlineMs === undefined ? Infinity : head.createdAt + deadlineMs - storeTime.now,
      deadlineMs,
      budget,
      createdAt: head.createdAt,
      past: past instanceof Past ? past : new Past(records),
      numbered: records.filter(isNumbered).length,
      storeTime,
    }
    const run = new LiveRun(
      keeper,
      spec,
      (one) => RunJournal.ofClaimed(hold, records.length, head.nudge, keeper.lane, one),
      keeper.left,
    )
    keeper.enter(run)
    if (!(past instanceof Past)) {
      run.fail(past)
      return run
    }
    // What follows from a decision begins when that is stored.
    await Promise.race([Promise.all(decided.map((record) => recorded(run, record))), run.done])
    if (definition.version !== head.version && !records.some(({ key }) => key === migrationKey(definition.version))) {
      run.journal.record({ key: migrationKey(definition.version), kind: 'mark', attempt: 1 }, () => {})
    }
    if (!isForced && head.takeovers > this.#maxTakeovers) run.needAttention('too-many-recoveries')
    else if (head.shape !== definition.shape && !isForced) await this.#beginChanged(run, history)
    else await this.#begin(run, history)
    return run
  }

  /** What is recorded, or the failure of whatever was to make it readable. */
  async #pastOf(definition: WorkflowDefinition, history: History): Promise<Past | Failure> {
    try {
      return await migrated(definition, history)
    } catch (error) {
      return error as Failure
    }
  }

  /** Its definition is not the one that it began with: it goes on only if all that is recorded still has its place. */
  async #beginChanged(run: LiveRun, history: History): Promise<void> {
    const { definition } = run.spec
    const { past } = await this.#keeper.stored.replay(definition, history)
    if (past.unread !== undefined) return run.needAttention('definition-changed', past.unread)
    await this.#begin(run, history)
  }

  async #begin(run: LiveRun, history: History): Promise<void> {
    // Whoever cancels it need not know whether a step was done.
    const isCancelled = history.records.some(({ key }) => key === signalKey(cancelSignal))
    const unclear = isCancelled ? undefined : await this.#unclearOf(run, history)
    // Before anything is begun, which would be cut off: a step that has just been decided about would be unclear again.
    if (unclear !== undefined) return run.needAttention('outcome-unknown', unclear)
    // Here nothing is carried out, or not any more.
    if (!isCancelled && (this.#keeper.role === 'client' || this.#keeper.isClosing)) return run.handBack()
    const data = sessionDataOf(history)
    const { session, beside, definition, past } = run.spec
    const hasSession = session !== undefined || definition.session !== undefined
    const hasBegun = !hasSession || data !== undefined || past.numbered > 0
    const takesTurn = session !== undefined && !beside
    // What only ends needs no turn.
    if (hasBegun && (isCancelled || !takesTurn)) return run.begin(data)
    run.session = data
    run.queue()
    const turn = takesTurn ? askForTurn(this.#keeper, run, true) : undefined
    void beginInSession(this.#keeper, run, turn, hasBegun ? (data ?? {}) : undefined)
    // Nor does what never began; but it is to leave no data, for it has none.
    if (isCancelled) run.nudged()
  }

  /** A step that was marked as begun, and of which nobody can tell whether it was done. */
  async #unclearOf({ spec }: LiveRun, history: History): Promise<string | undefined> {
    if (!history.records.some(({ kind }) => kind === 'mark')) return undefined
    return (await this.#keeper.stored.replay(spec.definition, history)).unclearStep
  }
}

function recorded(run: LiveRun, record: NewRecord): Promise<void> {
  return new Promise((resolve) => run.journal.record(record, resolve))
}
