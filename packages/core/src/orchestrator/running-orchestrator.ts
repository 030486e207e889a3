import { describeConfig, type ResolvedConfig } from '../config/index.js'
import {
  type AskOptions,
  type BudgetLimits,
  type Dispatch,
  definitionOf,
  type LivePolicy,
  type Operations,
  type Plan,
  type Policies,
  type PoolHandle,
  type RequestScope,
} from '../dispatch/index.js'
import type { Bus } from '../intake/bus/index.js'
import { closeFailed, type EventEmitter, type Kernel, type Listener, type PartFault } from '../kernel/index.js'
import { orchestratorFailure } from './failures.js'
import { checkHealth, type OrchestratorHealth } from './health.js'
import { runnerOf, runsOf } from './runner-of.js'
import { type Engine, type RunList, type Runner, Runs } from '../workflow/index.js'
import {
  type AgentMessage,
  type Capabilities,
  type Circuit,
  checkMessage,
  type Clock,
  decodeMessage,
  encodeMessage,
  errorText,
  fail,
  identifier,
  isFailure,
  type LifecycleEvent,
  type LifecycleEventName,
  maskSecrets,
  type MessageBus,
  type Operation,
  type Priority,
  type Stamp,
  shown,
  type Token,
  type Usage,
  type WireLimits,
} from '../ports/index.js'

/** What may be said about a request. */
export interface RequestOptions {
  readonly tenant?: string | undefined
  readonly session?: string | undefined
  /** Stops the request; its reason is the cause of the failure. */
  readonly signal?: AbortSignal | undefined
  /** How long it may take, instead of the setting `dispatch.agentTimeoutMs`. */
  readonly timeoutMs?: number | undefined
  /** Equal for requests that are the same piece of work. */
  readonly idempotencyKey?: string | undefined
  readonly priority?: Priority | undefined
  /** What agents may want to know besides; passed on unread. */
  readonly context?: unknown
  /** The W3C `traceparent` of the span that asks. */
  readonly traceparent?: string | undefined
  /** What the request may spend, all calls within it counted together; at most what the settings allow. */
  readonly budget?: BudgetLimits | undefined
  /** What this call will probably consume: so much is set aside while it is under way. */
  readonly estimate?: Usage | undefined
}

/** Asks agents for their operations. */
export interface Asker {
  /** Has an operation done. Resolves with its output; rejects with a failure. */
  ask<Input, Output>(
    operation: Operation<Input, Output>,
    input: NoInfer<Input>,
    options?: RequestOptions,
  ): Promise<Output>
}

/** What is done for one tenant. */
export interface OfTenant extends Asker, Runner {
  /** The tenant's runs that are stored, of all processes. */
  readonly runs: RunList
}

/** Asks for operations that share what is made per request; to be closed. */
export interface Scoped extends Asker, AsyncDisposable {
  close(): Promise<void>
}

/** An assembled orchestrator, at work until it is closed. */
export interface Orchestrator extends Asker, Runner, AsyncDisposable {
  /** The runs that are stored, of all processes. */
  readonly runs: RunList
  /** Sends a message to the agent that it is for. Resolves with the answer, of type `response` or `error`. */
  send(message: AgentMessage, options?: { readonly signal?: AbortSignal }): Promise<AgentMessage>
  /** Takes in a message as text, from outside and untrusted, and resolves with the answer as text. */
  receive(text: string | Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<string>
  /** Topics and messages: how agents and the host tell and ask each other what they know by name alone. */
  readonly bus: Bus
  /** Asks, and runs, for a tenant. */
  tenant(id: string): OfTenant
  /** Opens a scope: parts made per request are shared in it, and it may have parts of its own. */
  scope(options?: { readonly tenant?: string; readonly provide?: Readonly<Record<string, unknown>> }): Scoped
  /** Listens for what happens, or with `*` for everything, until what it returns is disposed. */
  on<Name extends LifecycleEventName>(type: Name | '*', listener: Listener<LifecycleEvent<Name>>): Disposable
  /** What each agent can do. */
  capabilities(): Readonly<Record<string, Capabilities>>
  /** Whether every agent that can tell could work now. */
  health(options?: { readonly timeoutMs?: number }): Promise<OrchestratorHealth>
  /** What fills a port here. */
  port<Port>(token: Token<Port>): Port
  /**
   * Puts a policy to work around something that is no agent, under a name of its own; it shares by key with those of agents.
   * Asked for again with the same name and plan, it is the same.
   */
  policy(name: string, plan: Plan): LivePolicy
  /** A pool at work: its members and how they do, to let in more and to have some leave. */
  pool(pool: Operations): PoolHandle
  /** The circuit breakers at work, by what they protect: `writer`, or `writer.draft` where the operation has its own. */
  readonly circuits: ReadonlyMap<string, Circuit>
  /** The settings in force, as a table for people. */
  describeConfig(): string
  /**
   * Takes no more requests, waits for those under way, then closes all parts in reverse order. Everything is closed even
   * if it rejects, with `kernel.close_failed`. Called again, it returns the same promise.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>
}

export interface RunningDeps {
  readonly kernel: Kernel
  readonly dispatch: Dispatch
  readonly events: EventEmitter
  readonly config: ResolvedConfig
  readonly clock: Clock
  readonly stamp: Stamp
  readonly settings: { readonly drainMs: number; readonly healthTimeoutMs: number }
  readonly limits: WireLimits
  readonly bus: Bus
  readonly transport: MessageBus
  readonly policies: Policies
  readonly pools: ReadonlyMap<string, PoolHandle>
  readonly openScope: (tenant: string | undefined, provide?: Readonly<Record<string, unknown>>) => RequestScope
  readonly engine: Engine
}

/** The orchestrator that `createOrchestrator` has composed and started. */
export class RunningOrchestrator implements Orchestrator {
  readonly #deps: RunningDeps
  readonly #runs: Runs
  declare readonly run: Runner['run']
  declare readonly start: Runner['start']
  declare readonly attach: Runner['attach']
  #closing: Promise<void> | undefined

  constructor(deps: RunningDeps) {
    this.#deps = deps
    this.#runs = new Runs(deps.engine)
    Object.assign(this, runnerOf(this.#runs))
  }

  ask<Input, Output>(
    operation: Operation<Input, Output>,
    input: NoInfer<Input>,
    options?: RequestOptions,
  ): Promise<Output> {
    return this.#deps.dispatch.ask(operation, input, options) as Promise<Output>
  }

  async send(message: AgentMessage, options?: { readonly signal?: AbortSignal }): Promise<AgentMessage> {
    // What is no message has nobody to be answered.
    checkMessage(message)
    try {
      return await this.#deps.dispatch.dispatch(message, options)
    } catch (error) {
      return fail(message, error, this.#deps.stamp)
    }
  }

  async receive(text: string | Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<string> {
    const message = decodeMessage(text, this.#deps.limits)
    const answer = await this.send(message, options)
    try {
      return encodeMessage(answer.type === 'error' ? withoutStack(answer) : answer)
    } catch (error) {
      return encodeMessage(withoutStack(fail(message, error, this.#deps.stamp)))
    }
  }

  get bus(): Bus {
    return this.#deps.bus
  }

  get runs(): RunList {
    return this.#runs
  }

  tenant(id: string): OfTenant {
    identifier(id, 'tenant')
    const ask = (operation: Operation, input: unknown, asked: RequestOptions = {}) => {
      if (asked.tenant !== undefined && asked.tenant !== id) {
        return Promise.reject(orchestratorFailure('orchestrator.other_tenant', { tenant: id, asked: asked.tenant }))
      }
      return this.ask(operation as Operation<unknown>, input, { ...asked, tenant: id })
    }
    return { ask: ask as Asker['ask'], runs: runsOf(this.#runs, id), ...runnerOf(this.#runs, id) }
  }

  scope(options: { readonly tenant?: string; readonly provide?: Readonly<Record<string, unknown>> } = {}): Scoped {
    const { tenant, provide } = options
    if (tenant !== undefined) identifier(tenant, 'tenant')
    const scope = this.#deps.openScope(tenant, provide)
    const ask = (operation: Operation, input: unknown, asked: AskOptions = {}) =>
      this.#deps.dispatch.ask(operation, input, { ...asked, tenant: asked.tenant ?? tenant, scope })
    return { ask: ask as Asker['ask'], close: () => scope.close(), [Symbol.asyncDispose]: () => scope.close() }
  }

  on<Name extends LifecycleEventName>(type: Name | '*', listener: Listener<LifecycleEvent<Name>>): Disposable {
    return this.#deps.events.on(type, listener)
  }

  capabilities(): Readonly<Record<string, Capabilities>> {
    return Object.fromEntries(Array.from(this.#deps.dispatch.agents, ([name, agent]) => [name, agent.capabilities()]))
  }

  health({
    timeoutMs = this.#deps.settings.healthTimeoutMs,
  }: {
    readonly timeoutMs?: number
  } = {}): Promise<OrchestratorHealth> {
    const { dispatch, engine, clock } = this.#deps
    return checkHealth(dispatch.agents, engine, clock, timeoutMs)
  }

  port<Port>(token: Token<Port>): Port {
    return this.#deps.kernel.get(token)
  }

  policy(name: string, plan: Plan): LivePolicy {
    return this.#deps.policies.start(name, plan)
  }

  pool(pool: Operations): PoolHandle {
    const name = (typeof pool === 'object' && pool !== null ? definitionOf(pool)?.name : undefined) ?? shown(pool)
    const handle = this.#deps.pools.get(name)
    if (handle !== undefined) return handle
    throw orchestratorFailure('orchestrator.unknown_pool', { pool: name, known: [...this.#deps.pools.keys()] })
  }

  get circuits(): ReadonlyMap<string, Circuit> {
    return this.#deps.policies.circuits
  }

  describeConfig(): string {
    return describeConfig(this.#deps.config.rows)
  }

  close(options: { readonly drainMs?: number } = {}): Promise<void> {
    const { drainMs = this.#deps.settings.drainMs } = options
    // What is no time counts as none at all, rather than keep a process from closing.
    this.#closing ??= this.#close(drainMs >= 0 ? drainMs : 0)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(drainMs: number): Promise<void> {
    const { kernel, dispatch, transport, policies, events, clock, engine } = this.#deps
    const startedAt = clock.monotonic()
    const leftMs = () => Math.max(0, drainMs - (clock.monotonic() - startedAt))
    events.emit('orchestrator.closing', { inFlight: dispatch.inFlight + engine.inFlight })
    dispatch.shut()
    const drained = await Promise.all([engine.close(drainMs), dispatch.drain(drainMs)])
    // Requests under way may still publish; and what the bus has taken in may still come to agents.
    let abandoned = drained[0] + drained[1]
    const faults: PartFault[] = []
    try {
      await transport.close({ drainMs: leftMs() })
    } catch (cause) {
      faults.push({ part: 'message bus', because: errorText(cause), cause })
    }
    abandoned += await dispatch.drain(leftMs())
    policies.close()
    faults.push(...(await kernel.close()))
    events.emit('orchestrator.closed', { ms: clock.monotonic() - startedAt, abandoned })
    if (faults.length > 0) throw closeFailed(faults)
  }
}

/** What leaves the process tells neither where code stands nor what is secret. */
function withoutStack(answer: AgentMessage): AgentMessage {
  const { payload } = answer
  return { ...answer, payload: isFailure(payload) ? payload.toJSON() : maskSecrets(payload) }
}
