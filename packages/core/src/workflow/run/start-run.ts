import { after, type MaybePromise, narrowed } from '../../dispatch/index.js'
import type { Head, NewHead, NewRecord, RunRecord, RunRef } from '../../ports/index.js'
import type { WorkflowDefinition } from '../graph/index.js'
import {
  type Beginning,
  bodyOf,
  type LateHead,
  lateBodyOf,
  present,
  RunJournal,
  valueOf,
  writingFailure,
  written,
} from '../journal/index.js'
import { askForTurn, beginInSession, turnKeyOf } from './begin-in-session.js'
import { checkedInput } from './contract.js'
import { runFailure } from './failures.js'
import { LiveRun } from './live-run.js'
import { Past } from './past.js'
import { fits } from './registry.js'
import type { RunKeeper } from './run-keeper.js'
import { checkRunOptions, type RunOptions } from './run-options.js'
import type { RunSpec } from './run-spec.js'
import { RunsAhead } from './runs-ahead.js'
import { storedTenant } from './tenants.js'

const nothing = new Past()

/** What is said about a run of which nothing is said. */
export const noOptions: RunOptions = Object.freeze({})

/** How often it is looked whether there is room again. */
const overloadPauseMs = 50

/** What a new run repeats of another one. */
export interface Repeated {
  readonly rerunOf: Beginning['rerunOf']
  readonly records: readonly NewRecord[]
  /** Whether its input is that of the other one. */
  readonly isChecked: boolean
}

/** Begins new runs. */
export class RunStarter {
  readonly #keeper: RunKeeper

  constructor(keeper: RunKeeper) {
    this.#keeper = keeper
  }

  /**
   * Begins a run, or finds the one that has its id. `isAwaited`: whoever asks gets nothing but its result, so that it need
   * not be stored before it begins. Resolves with the run where it is carried out here.
   */
  begin(
    definition: WorkflowDefinition,
    given: unknown,
    options: RunOptions,
    isAwaited: boolean,
    repeated?: Repeated,
  ): MaybePromise<RunRef | LiveRun> {
    if (options !== noOptions) checkRunOptions(options)
    const { isOverloaded, isClosing } = this.#keeper
    if (isClosing) throw runFailure('workflow.closing', { workflow: definition.name })
    const begin = () =>
      // What a run is repeated with was checked when that one began.
      after(repeated?.isChecked === true ? given : checkedInput(definition, given), (input) =>
        this.#begin(definition, input, options, isAwaited, repeated),
      )
    return isOverloaded ? this.#whenThereIsRoom(options).then(begin) : begin()
  }

  #begin(
    definition: WorkflowDefinition,
    input: unknown,
    options: RunOptions,
    isAwaited: boolean,
    repeated: Repeated | undefined,
  ): MaybePromise<RunRef | LiveRun> {
    const keeper = this.#keeper
    const { tenant, session, whenBusy } = options
    const ref: RunRef = { tenant: storedTenant(tenant), id: options.id ?? keeper.newId() }
    const deadlineMs = Math.min(options.deadlineMs ?? Infinity, definition.deadlineMs ?? Infinity)
    const spec: RunSpec = {
      definition,
      ref,
      tenant,
      session,
      beside: session !== undefined && whenBusy === 'parallel',
      input,
      dueInMs: deadlineMs,
      deadlineMs: Number.isFinite(deadlineMs) ? deadlineMs : undefined,
      budget: narrower(definition.budget, options.budget),
      priority: options.priority,
      context: options.context,
      traceparent: options.traceparent,
      createdAt: keeper.clock.now(),
      past: repeated === undefined ? nothing : pastOf(repeated, keeper.clock.now()),
      numbered: repeated?.records.length ?? 0,
      storeTime: undefined,
    }
    const beginning: Beginning = {
      input,
      deadlineMs: spec.deadlineMs,
      budget: spec.budget,
      rerunOf: repeated?.rerunOf,
      // Most do not, and their bodies are the shorter for it.
      beside: spec.beside || undefined,
    }
    const head: LateHead = {
      workflow: definition.name,
      version: definition.version,
      shape: definition.shape,
      input:
        keeper.startsHere && keeper.isVolatile
          ? lateBodyOf('The input of a run', present(beginning))
          : bodyOf('The input of a run', present(beginning)),
      session,
      parent: repeated?.rerunOf?.run,
      status: 'running',
    }
    if (!keeper.startsHere) return this.#leave(spec, head, repeated)
    const live = options.id === undefined ? undefined : keeper.find(ref)
    if (live !== undefined && repeated !== undefined) throw conflict(spec, 'a run of its own')
    if (live !== undefined) {
      const same = () => this.#same(live.spec.definition, input, live.spec.input, spec)
      return live.created === undefined ? same() : live.created.then(same)
    }
    const run = new LiveRun(
      keeper,
      spec,
      (one) => RunJournal.ofNew(ref, head, keeper.runner.info.name, keeper.lane, one),
      keeper.left,
    )
    keeper.enter(run)
    for (const record of repeated?.records ?? []) run.journal.record(record, () => {})
    const hasSession = session !== undefined || definition.session !== undefined
    if (!isAwaited || options.id !== undefined || hasSession) {
      const created = this.#create(run, options, isAwaited, repeated !== undefined)
      run.created = created
      return created
    }
    // How long it may take counts from now, wherever it goes on.
    if (spec.deadlineMs !== undefined) run.journal.flush()
    run.journal.begin()
    run.begin()
    return run
  }

  /** Has it stored first: somebody may look for it, or begin it too. */
  async #create(run: LiveRun, options: RunOptions, isAwaited: boolean, repeated: boolean): Promise<RunRef | LiveRun> {
    const keeper = this.#keeper
    const { session, beside } = run.spec
    const { whenBusy } = options
    // Its place in the line it takes at once: whoever asks later comes after it.
    const turn =
      session === undefined || beside
        ? undefined
        : whenBusy === 'reject'
          ? keeper.sessions.claim(turnKeyOf(run), () => new RunsAhead(keeper, run).look())
          : askForTurn(keeper, run, false)
    const leave = () => turn?.then((one) => one?.leave()).catch(() => {})
    try {
      if (whenBusy === 'reject') await turn
      // Its time goes by from now on; when it is up before the store has answered, there is nothing more to wait for.
      run.queue()
      let isStored = false
      const created = run.journal.create().then((head) => {
        isStored = true
        return head
      })
      const standing = await Promise.race([created, run.done.then(() => undefined)])
      if (standing !== undefined) {
        run.giveWay()
        void leave()
        if (repeated) throw conflict(run.spec, 'a run of its own')
        return this.#standing(standing, run.spec)
      }
      // Whoever is given a handle may count on the run being there; whoever waits is told what became of it.
      if (!isStored && !isAwaited) throw writingFailure('journal.outcome_unknown', { run: run.spec.ref.id })
      if (session === undefined && run.spec.definition.session === undefined) run.begin()
      else void beginInSession(keeper, run, turn)
      return run
    } catch (error) {
      if (!writingFailure.is(error, 'journal.outcome_unknown')) run.giveWay()
      void leave()
      throw error
    }
  }

  /** Leaves it to whoever takes it first. */
  async #leave(spec: RunSpec, head: LateHead, repeated: Repeated | undefined): Promise<RunRef> {
    const { lane, runner } = this.#keeper
    const { ref } = spec
    const pending: NewHead = { ...head, input: written(head.input), status: 'pending', wakeInMs: 0 }
    const records = repeated?.records ?? []
    const create = { kind: 'create', run: ref, runner: runner.info.name, head: pending, records } as const
    const outcome = await lane.send(create, spec.deadlineMs)
    if (!outcome.accepted && outcome.head !== undefined) return this.#standing(outcome.head, spec)
    void runner.look()
    return ref
  }

  #standing(head: Head, spec: RunSpec): RunRef {
    const { input } = valueOf(head.input) as Beginning
    if (!fits(spec.definition, head)) throw conflict(spec, `the workflow ${head.workflow}`)
    return this.#same(spec.definition, spec.input, input, spec)
  }

  #same(definition: WorkflowDefinition, one: unknown, other: unknown, spec: RunSpec): RunRef {
    if (definition.name !== spec.definition.name) throw conflict(spec, `the workflow ${definition.name}`)
    if (bodyOf('An input', one) !== bodyOf('An input', other)) throw conflict(spec, 'another input')
    return spec.ref
  }

  /** Waits until less waits to be stored, for as long as the run could take. */
  async #whenThereIsRoom({ deadlineMs = Number.POSITIVE_INFINITY, signal }: RunOptions): Promise<void> {
    const keeper = this.#keeper
    const until = keeper.clock.monotonic() + deadlineMs
    while (keeper.isOverloaded) {
      signal?.throwIfAborted()
      if (keeper.clock.monotonic() >= until || keeper.isClosing) {
        throw writingFailure('journal.overloaded', { waiting: keeper.lane.waitingRecords })
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      keeper.clock.schedule(overloadPauseMs, resolve, true)
      await promise
    }
  }
}

function conflict({ ref }: RunSpec, because: string): Error {
  return runFailure('workflow.conflict', { run: ref.id, because })
}

function pastOf({ records }: Repeated, at: number): Past {
  return new Past(records.map((record, index): RunRecord => ({ ...record, number: index + 1, at })))
}

function narrower(one: RunSpec['budget'], other: RunSpec['budget']): RunSpec['budget'] {
  return one === undefined || other === undefined ? (one ?? other) : narrowed(one, other)
}
