import { type Dispatch, Deadlines, type Policies } from '../../dispatch/index.js'
import type {
  ClaimAnswer,
  Clock,
  EventSink,
  LockStore,
  Logger,
  Nudged,
  Operation,
  RunnerInfo,
  RunRef,
  StateStore,
  WorkflowVersion,
} from '../../ports/index.js'
import type { WorkflowDefinition } from '../graph/index.js'
import { type Claimant, type JournalSettings, Lane, readSignals, Runner } from '../journal/index.js'
import { Gates } from './gates.js'
import type { LiveRun } from './live-run.js'
import { Registry } from './registry.js'
import { type Resumption, RunResumer } from './resume-run.js'
import type { WorkflowSettings } from './run-settings.js'
import type { Role, RunKeeper } from './run-keeper.js'
import { SessionTurns } from './session-turns.js'
import { StepPolicies } from './step-policies.js'
import { beginStep } from './steps/begin-step.js'
import { StoredRuns } from './stored-run.js'

export interface EngineDeps {
  readonly store: StateStore
  readonly locks: LockStore
  readonly clock: Clock
  readonly newId: () => string
  readonly logger: Logger
  readonly events: EventSink
  readonly dispatch: Dispatch
  readonly policies: Policies
  /** Lets in the agent of an operation that nobody knew would be asked for. */
  readonly meet: (operation: Operation) => void
}

export interface EngineOptions {
  readonly definitions: readonly WorkflowDefinition[]
  readonly role: Role
  readonly runner: RunnerInfo
  readonly settings: WorkflowSettings
  readonly journal: JournalSettings
}

/** How many runs are looked at to tell which nobody can carry out. */
const mostCounted = 500
/** How much may wait to be stored before no new run is begun. */
const mostWaitingRecords = 10_000
const mostWaitingCharacters = 64_000_000

/** Carries out the runs of one process: those that it starts, and those that it takes over. */
export class Engine implements Claimant, RunKeeper {
  readonly store: StateStore
  readonly clock: Clock
  readonly events: EventSink
  readonly dispatch: Dispatch
  readonly newId: () => string
  readonly role: Role
  readonly registry: Registry
  readonly gates: Gates
  readonly policies: StepPolicies
  readonly deadlines: Deadlines
  readonly dueWaits: Deadlines
  readonly begin = beginStep
  readonly meet: (operation: Operation) => void
  readonly lane: Lane
  readonly runner: Runner
  readonly sessions: SessionTurns
  readonly stored: StoredRuns
  readonly #settings: WorkflowSettings
  readonly #leaseMs: number
  readonly #resumer: RunResumer
  readonly #live = new Map<string, LiveRun>()
  /** Claimed, and not yet read. */
  readonly #resuming = new Set<string>()
  readonly #takingUp = new Set<Promise<unknown>>()
  /** Who wants to know when a run is carried out here. */
  readonly #awaited = new Map<string, Set<(run: LiveRun) => void>>()
  #isClosing = false
  #whenEmpty: (() => void) | undefined

  constructor(deps: EngineDeps, { definitions, role, runner, settings, journal }: EngineOptions) {
    const { store, locks, clock, newId, logger, events, dispatch, policies, meet } = deps
    this.meet = meet
    this.store = store
    this.clock = clock
    this.events = events
    this.dispatch = dispatch
    this.newId = newId
    this.role = role
    this.registry = new Registry(definitions)
    this.gates = new Gates(settings)
    this.policies = new StepPolicies(dispatch, policies)
    this.deadlines = new Deadlines(clock)
    this.dueWaits = new Deadlines(clock, true)
    this.lane = new Lane(store, clock, logger)
    this.runner = new Runner(runner, { store, clock, logger }, journal, this)
    const sharing = { owner: runner.name, leaseMs: Math.ceil(journal.leaseMs), isShared: store.isVolatile !== true }
    this.sessions = new SessionTurns({ clock, locks, logger }, sharing)
    this.stored = new StoredRuns(clock, this.begin, journal.maxTakeovers)
    this.#settings = settings
    this.#leaseMs = journal.leaseMs
    this.#resumer = new RunResumer(this, journal.maxTakeovers, logger)
  }

  /** Looks for runs to take over, from now on. */
  start(): void {
    if (this.role !== 'client' && this.registry.definitions.length > 0) this.runner.start()
  }

  /** For how long the oldest that waits to be stored has waited. */
  get oldestWaitingMs(): number {
    return this.lane.oldestWaitingMs
  }

  /** Runs that wait to be carried out, and that nobody can carry out who knows no more workflows than this process. */
  async unclaimable(): Promise<readonly WorkflowVersion[]> {
    if (this.isVolatile) return []
    const { heads } = await this.store.list({ due: true, brief: true, limit: mostCounted })
    return heads.filter(({ workflow, version }) => this.registry.ofHead({ workflow, version }) === undefined)
  }

  get startsHere(): boolean {
    return this.role === 'all'
  }

  get isVolatile(): boolean {
    return this.store.isVolatile === true
  }

  get isClosing(): boolean {
    return this.#isClosing
  }

  /** How many runs are under way here. */
  get inFlight(): number {
    return this.#live.size
  }

  /** Whether so much waits to be stored that nothing new is begun. */
  get isOverloaded(): boolean {
    return this.lane.waitingRecords > mostWaitingRecords || this.lane.waitingCharacters > mostWaitingCharacters
  }

  /** The run, where it is carried out here. */
  find(run: RunRef): LiveRun | undefined {
    return this.#live.get(keyOf(run))
  }

  /** A run is carried out here from now on. */
  enter(run: LiveRun): void {
    const key = keyOf(run.spec.ref)
    this.#live.set(key, run)
    for (const told of this.#awaited.get(key) ?? []) told(run)
  }

  /** Has somebody be told when a run is carried out here, until it is disposed. */
  onEntered(run: RunRef, told: (run: LiveRun) => void): Disposable {
    const key = keyOf(run)
    const all = this.#awaited.get(key) ?? new Set()
    this.#awaited.set(key, all.add(told))
    return {
      [Symbol.dispose]: () => {
        all.delete(told)
        if (all.size === 0 && this.#awaited.get(key) === all) this.#awaited.delete(key)
      },
    }
  }

  /** A run that is not, after all: there is another one of its name. */
  forget(run: LiveRun): void {
    const key = keyOf(run.spec.ref)
    if (this.#live.get(key) !== run) return
    this.#live.delete(key)
    if (this.#live.size === 0) this.#whenEmpty?.()
  }

  readonly left = (run: LiveRun, wakeInMs: number | undefined): void => {
    this.forget(run)
    // The store has it running here still, and it may take more by now, as when a disk was full.
    if (run.journal.isBroken) this.runner.missed()
    // Later ones are found by the usual beat, where there is one.
    const isSoon = wakeInMs !== undefined && (this.isVolatile || wakeInMs < this.#leaseMs / 3)
    if (isSoon && !this.#isClosing) this.clock.schedule(wakeInMs, () => void this.runner.look())
  }

  /** Where nothing lasts, runs are stored only when somebody asks for them. */
  flush(): void {
    if (this.isVolatile) for (const run of this.#live.values()) run.journal.flush()
  }

  signalsOf(run: RunRef) {
    return readSignals(this.store, run)
  }

  // What the runner asks, and tells.

  get workflows(): readonly WorkflowVersion[] {
    return this.registry.versions
  }

  /** A worker waits for runs; who starts them has other things to do, or has done. */
  get keepsAlive(): boolean {
    return this.role === 'worker'
  }

  get freeSlots(): number {
    if (this.#isClosing || this.role === 'client') return 0
    return Math.max(0, this.#settings.maxRuns - this.#live.size - this.#resuming.size)
  }

  claimed(runs: ClaimAnswer['runs'], now: number): void {
    for (const run of runs) void this.#takeUp(run, now)
  }

  holds(run: RunRef): boolean {
    const key = keyOf(run)
    return this.#live.has(key) || this.#resuming.has(key)
  }

  nudged(run: Nudged): void {
    this.find(run)?.nudged(run.nudge)
  }

  lapsed(hasLapsed: boolean): void {
    this.gates.isShut = hasLapsed
    this.sessions.isLapsed = hasLapsed
  }

  /** Takes a run in whoever holds it, and goes on with it; nothing where that cannot be. */
  async takeIn(run: RunRef, workflow: WorkflowVersion, resumption?: Resumption): Promise<LiveRun | undefined> {
    const taken = await this.runner.take(run, workflow)
    return taken && this.#takeUp(taken.claim, taken.now, resumption)
  }

  async #takeUp(
    claim: ClaimAnswer['runs'][number],
    now: number,
    resumption?: Resumption,
  ): Promise<LiveRun | undefined> {
    const key = keyOf(claim.hold.run)
    this.#resuming.add(key)
    const resumed = this.#resumer.resume(claim, now, resumption)
    this.#takingUp.add(resumed)
    try {
      const run = await resumed
      if (run === undefined) this.runner.missed()
      return run
    } finally {
      this.#takingUp.delete(resumed)
      this.#resuming.delete(key)
    }
  }

  /**
   * Begins no run any more, waits for those under way, and hands back those that are not done in time; tells how many
   * that were.
   */
  async close(drainMs: number): Promise<number> {
    this.#isClosing = true
    if (this.#live.size > 0 && drainMs > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#whenEmpty = resolve
      const timer = this.clock.schedule(drainMs, resolve, true)
      await promise
      timer.cancel()
    }
    // What a claim that was under way has brought is handed back, too.
    await this.runner.close()
    await Promise.all(this.#takingUp)
    const late = [...this.#live.values()]
    for (const run of late) run.handBack()
    this.sessions.close()
    this.deadlines.clear()
    this.dueWaits.clear()
    await this.#idle()
    this.lane.close()
    for (const run of this.#live.values()) run.giveUp()
    return late.length
  }

  /** Waits until all is stored, for as long as a store may reasonably take. */
  async #idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = this.clock.schedule(this.#leaseMs, resolve, true)
    void this.lane.idle().then(resolve)
    await promise
    timer.cancel()
  }
}

function keyOf({ tenant, id }: RunRef): string {
  return `${tenant.length}:${tenant}/${id}`
}
