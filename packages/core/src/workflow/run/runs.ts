import { definitionOfWorkflow, type Signal, type Workflow, type WorkflowDefinition } from '../graph/index.js'
import { type History, readHistory } from '../journal/index.js'
import {
  type Failure,
  identifier,
  type InputOf,
  isFailure,
  type RunRef,
  type StandardSchema,
} from '../../ports/index.js'
import type { Engine } from './engine.js'
import { runFailure } from './failures.js'
import { LiveRun } from './live-run.js'
import { migrated } from './migrated.js'
import { OpenRun } from './open-run.js'
import type { Resolution } from './resolution.js'
import { type Edit, repeatOf } from './rerun.js'
import type { RunEvent } from './run-events.js'
import type { RunOptions } from './run-options.js'
import { checkRunOptions } from './run-options.js'
import { type AnyResult, resultOf, type RunResult, failedBy } from './run-result.js'
import { queryOf, type RunFilter, type RunPage, type RunSummary, summaryOf } from './run-views.js'
import { noOptions, RunStarter } from './start-run.js'
import { storedTenant } from './tenants.js'

/** A run that was started, or attached to: in this process or in any other. */
export interface RunHandle<Input = never, Output = unknown, Steps = Readonly<Record<string, unknown>>> {
  readonly id: string
  /**
   * What has become of it. It waits until the run has ended, waits for something itself, or needs attention; with `waitMs`
   * at most so long: then it is `running`.
   */
  result(options?: { readonly waitMs?: number; readonly signal?: AbortSignal }): Promise<RunResult<Output, Steps>>
  /** What happens in it, beginning after the event of this number. To stop reading does not stop the run. */
  events(options?: { readonly after?: number; readonly signal?: AbortSignal }): AsyncIterable<RunEvent<Output, Steps>>
  /** Tells it something. With an id of your own, the same thing is told only once, however often it is sent. */
  signal<Schema extends StandardSchema>(
    signal: Signal<Schema>,
    payload: InputOf<Schema>,
    options?: { readonly id?: string },
  ): Promise<void>
  /** Stops it; resolves when it has ended. */
  cancel(reason?: unknown): Promise<void>
  /** Decides about a step that was begun, and of which nobody can tell whether it was done; then the run goes on. */
  resolve(step: keyof Steps & string, resolution: Resolution): Promise<void>
  /** Has a run go on that needed attention. */
  resume(): Promise<void>
  /** Begins a new run that has what this one recorded, up to a step, and goes on from there. */
  rerunFrom(
    step: keyof Steps & string,
    options?: RunOptions & {
      readonly edit?: { readonly input?: Input; readonly steps?: { readonly [Name in keyof Steps]?: Steps[Name] } }
    },
  ): Promise<RunHandle<Input, Output, Steps>>
}

/** Carries out workflows. */
export interface Runner {
  /** Runs a workflow, and resolves with what has become of it: a result, also where it fails. */
  run<Input, Output, Steps>(
    workflow: Workflow<Input, Output, Steps>,
    input: NoInfer<Input>,
    options?: RunOptions,
  ): Promise<RunResult<Output, Steps>>
  /** Begins a run and resolves as soon as it is stored. With the id of a run that exists: that run. */
  start<Input, Output, Steps>(
    workflow: Workflow<Input, Output, Steps>,
    input: NoInfer<Input>,
    options?: Omit<RunOptions, 'signal'>,
  ): Promise<RunHandle<Input, Output, Steps>>
  /** A run by its id, whichever process began it or carries it out. */
  attach<Input, Output, Steps>(
    workflow: Workflow<Input, Output, Steps>,
    id: string,
    options?: { readonly tenant?: string },
  ): RunHandle<Input, Output, Steps>
}

/** The runs that are stored, of all processes. */
export interface RunList {
  get(id: string, options?: { readonly tenant?: string }): Promise<RunSummary | undefined>
  list(filter?: RunFilter): Promise<RunPage>
  /** All that is recorded of a run, as plain data: for `assertReplays`, and for whoever wants to know. */
  history(id: string, options?: { readonly tenant?: string }): Promise<History | undefined>
}

/** Failures of the program, not of a run. */
const mistakes = ['workflow.unknown', 'workflow.invalid_option', 'identifier.invalid', 'budget.invalid']

type Given = Workflow<never>

/** What an orchestrator does about runs. */
export class Runs implements RunList {
  readonly #engine: Engine
  readonly #starter: RunStarter

  constructor(engine: Engine) {
    this.#engine = engine
    this.#starter = new RunStarter(engine)
  }

  run(workflow: Given, input: unknown, options: RunOptions = noOptions): Promise<AnyResult> {
    let definition: WorkflowDefinition
    try {
      definition = this.#engine.registry.definitionOf(workflow)
      if (options?.signal?.aborted === true) return this.#notBegun(definition, options.signal.reason)
      const begun = this.#starter.begin(definition, input, options, true)
      if (begun instanceof LiveRun) return this.#awaited(begun, options.signal)
      const refused = (error: unknown) => this.#refused(definition, options, error)
      if (!(begun instanceof Promise)) return this.#followed(definition, begun, options.signal)
      return begun.then(
        (one) =>
          one instanceof LiveRun ? this.#awaited(one, options.signal) : this.#followed(definition, one, options.signal),
        refused,
      )
    } catch (error) {
      definition = definitionOfWorkflow(workflow) as WorkflowDefinition
      return definition === undefined ? Promise.reject(error) : this.#refused(definition, options, error)
    }
  }

  async start(workflow: Given, input: unknown, options: RunOptions = {}): Promise<RunHandle> {
    const definition = this.#engine.registry.definitionOf(workflow)
    const begun = await this.#starter.begin(definition, input, options, false)
    return this.#handle(definition, begun instanceof LiveRun ? begun.spec.ref : begun)
  }

  attach(workflow: Given, id: string, { tenant }: { readonly tenant?: string } = {}): RunHandle {
    identifier(id, 'id of a run')
    checkRunOptions({ tenant })
    return this.#handle(this.#engine.registry.definitionOf(workflow), { tenant: storedTenant(tenant), id })
  }

  async get(id: string, { tenant }: { readonly tenant?: string } = {}): Promise<RunSummary | undefined> {
    identifier(id, 'id of a run')
    checkRunOptions({ tenant })
    this.#engine.flush()
    const page = await this.#engine.store.read({ tenant: storedTenant(tenant), id }, { limit: 1 })
    return page && summaryOf(page.head)
  }

  async history(id: string, { tenant }: { readonly tenant?: string } = {}): Promise<History | undefined> {
    identifier(id, 'id of a run')
    checkRunOptions({ tenant })
    this.#engine.flush()
    return readHistory(this.#engine.store, { tenant: storedTenant(tenant), id })
  }

  async list(filter: RunFilter = {}): Promise<RunPage> {
    const query = queryOf(filter)
    this.#engine.flush()
    const { heads, next } = await this.#engine.store.list({ ...query, brief: true })
    return { runs: heads.map(summaryOf), ...(next !== undefined && { next }) }
  }

  #awaited(run: LiveRun, signal: AbortSignal | undefined): Promise<AnyResult> {
    if (signal === undefined) return run.done
    const cancel = () => run.cancel(signal.reason)
    if (signal.aborted) cancel()
    else signal.addEventListener('abort', cancel, { once: true })
    return run.done.finally(() => signal.removeEventListener('abort', cancel))
  }

  /** Waits for a run that somebody else carries out. */
  #followed(definition: WorkflowDefinition, ref: RunRef, signal: AbortSignal | undefined): Promise<AnyResult> {
    const open = this.#open(definition, ref)
    if (signal === undefined) return open.result()
    const cancel = () => void open.cancel(signal.reason).catch(() => {})
    if (signal.aborted) cancel()
    else signal.addEventListener('abort', cancel, { once: true })
    return open.result().finally(() => signal.removeEventListener('abort', cancel))
  }

  #notBegun(definition: WorkflowDefinition, reason: unknown): Promise<AnyResult> {
    const conclusion = { ok: false, status: 'cancelled', reason } as const
    return Promise.resolve(resultOf(this.#engine.newId(), definition, [], 0, conclusion))
  }

  /** A run that was not begun has failed, too; a mistake in the program is thrown. */
  #refused(definition: WorkflowDefinition, { id }: RunOptions, error: unknown): Promise<AnyResult> {
    const isMistake = !isFailure(error) || mistakes.includes(error.code)
    if (isMistake) return Promise.reject(error)
    const failure = error as Failure
    // Where another run has the id, this one has not.
    const runId = id === undefined || failure.code === 'workflow.conflict' ? this.#engine.newId() : id
    return Promise.resolve(resultOf(runId, definition, [], 0, failedBy(failure)))
  }

  #open(definition: WorkflowDefinition, ref: RunRef): OpenRun {
    return new OpenRun(this.#engine, definition, ref)
  }

  #handle(definition: WorkflowDefinition, ref: RunRef): RunHandle {
    const open = this.#open(definition, ref)
    const rerunFrom = async (step: string, { edit = {}, ...options }: RunOptions & { readonly edit?: Edit } = {}) => {
      this.#engine.flush()
      const history = await readHistory(this.#engine.store, ref)
      if (history === undefined) throw runFailure('workflow.unknown_run', { run: ref.id })
      const { input, repeated } = repeatOf(
        definition,
        { head: history.head, records: (await migrated(definition, history)).records },
        step,
        edit,
      )
      const { session } = history.head
      const tenant = ref.tenant === storedTenant(undefined) ? undefined : ref.tenant
      const begun = await this.#starter.begin(definition, input, { session, tenant, ...options }, false, repeated)
      return this.#handle(definition, begun instanceof LiveRun ? begun.spec.ref : begun)
    }
    return Object.assign(open, { rerunFrom })
  }
}
