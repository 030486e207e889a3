import {
  type AgentMessage,
  type Clock,
  checkMessage,
  classify,
  type Dispatcher,
  type EventSink,
  type Interceptor,
  type Logger,
  type Operation,
  type Policy,
  type Random,
  shown,
} from '../ports/index.js'
import { type AgentAtWork, asFailure, checkReply } from './agent/index.js'
import { Attempt } from './attempt.js'
import { type BudgetLimits, budgetFailure, Ledger } from './budget/index.js'
import { type AskOptions, Call } from './call.js'
import { CallsUnderWay } from './calls-under-way.js'
import { checkDelivery, isSignal } from './check-delivery.js'
import type { ContextHost } from './context.js'
import { addressed, Directory } from './directory.js'
import type { DispatchSettings } from './dispatch-settings.js'
import { cancelled, closed, foreignTenant, parentOver, timedOut } from './endings.js'
import { dispatchFailure } from './failures.js'
import { type Entry, InterceptorChain } from './interceptor-chain.js'
import { type AskWithin, OpenRequest } from './open-request.js'
import { Request, type RequestScope } from './request.js'
import { estimateOf, limitsOf, timeoutOf } from './request-limits.js'
import { keyWithin, messageOfRun, requestFromOutside, requestWithin, type RunFacts } from './request-message.js'

/** How calls are made, and what a request may spend. */
export interface DispatchLimits {
  readonly settings: DispatchSettings
  readonly budget: BudgetLimits
}

export interface DispatchDeps {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly events: EventSink
  readonly openScope: (tenant: string | undefined) => RequestScope
}

type Work<Result> = (call: Call) => Result | Promise<Result>

/** Brings each message to its agent and the answer back: the spine that every call goes through. */
export class Dispatch implements Dispatcher {
  readonly #deps: DispatchDeps
  readonly #limits: DispatchLimits
  readonly #host: ContextHost<Attempt>
  readonly #underWay: CallsUnderWay
  readonly #directory = new Directory()
  readonly #interceptors = new InterceptorChain()
  #closing = false

  constructor(deps: DispatchDeps, limits: DispatchLimits) {
    const { clock, random, logger, events } = deps
    this.#deps = deps
    this.#limits = limits
    this.#underWay = new CallsUnderWay(clock, (call, outcome, failure) => this.#ended(call, outcome, failure))
    this.#host = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      newId: () => random.id(),
      log: logger,
      progressed: ({ message, request }, data) => {
        request.progressed?.(message, data)
        if (events.observed) events.emit('call.progressed', { message, data })
      },
      ask: this.#askWithin,
    }
  }

  get agents(): ReadonlyMap<string, AgentAtWork> {
    return this.#directory.agents
  }

  /** How many requests from outside are under way. */
  get inFlight(): number {
    return this.#underWay.count
  }

  join(agent: AgentAtWork, groups?: readonly string[]): void {
    this.#directory.join(agent, groups)
  }

  /** Has an interceptor stand around every call from now on: within those that are there, or around them all. */
  intercept(interceptor: Interceptor, place: 'innermost' | 'outermost' = 'innermost'): Disposable {
    return this.#interceptors.add(interceptor, place)
  }

  async dispatch(message: AgentMessage, options?: AskOptions): Promise<AgentMessage> {
    checkMessage(message)
    checkDelivery(message, this.#host.now)
    const startedAt = this.#host.monotonic()
    const untilDeadline =
      message.deadline === undefined ? Number.POSITIVE_INFINITY : message.deadline - this.#host.now()
    const { settings, budget } = this.#limits
    const limits = limitsOf(budget, options, message.budget)
    const timeoutMs = Math.min(timeoutOf(options, settings.agentTimeoutMs, limits), untilDeadline)
    const call = this.#open(message, options, startedAt, startedAt + timeoutMs, new Ledger(limits))
    return this.#call(call, options, this.#answer) as Promise<AgentMessage>
  }

  /** Begins a request that lasts until whoever holds it ends it; what it may spend and how long it may take is given. */
  open(facts: RunFacts, dueInMs: number, options: AskOptions = {}, callsSoFar = 0): OpenRequest {
    const limits = limitsOf(this.#limits.budget, options)
    const timeoutMs = Math.min(dueInMs, limits.wallMs ?? Number.POSITIVE_INFINITY)
    const request = new Request(this.#deps.openScope, facts.tenant, options.scope, new Ledger(limits, callsSoFar))
    const message = messageOfRun(facts, this.#host.now(), timeoutMs)
    return new OpenRequest(message, request, this.#host.monotonic() + timeoutMs, this.#askWithin)
  }

  /** The policy around an operation, where its agent is known and has one. */
  policyOf({ agent, name }: Operation): Policy | undefined {
    return this.#directory.agents.get(agent)?.policyOf?.(name)
  }

  ask(operation: Operation, input: unknown, options?: AskOptions): Promise<unknown> {
    let call: Call
    try {
      const startedAt = this.#host.monotonic()
      const { settings, budget } = this.#limits
      const limits = limitsOf(budget, options)
      const timeoutMs = timeoutOf(options, settings.agentTimeoutMs, limits)
      const ledger = new Ledger(limits)
      const message = requestFromOutside(operation, input, options, this.#host, timeoutMs, ledger.remaining)
      call = this.#open(message, options, startedAt, startedAt + timeoutMs, ledger)
    } catch (error) {
      return Promise.reject(error)
    }
    return this.#call(call, options, this.#output)
  }

  /** Takes in no more requests; what belongs to requests that are there is still done. */
  shut(): void {
    this.#closing = true
  }

  /** Waits for the requests that are there, stops those that are not done in time; tells how many. */
  drain(drainMs: number): Promise<number> {
    return this.#underWay.drain(drainMs)
  }

  readonly #askWithin: AskWithin = (parent, operation, input, options) => {
    let call: Call
    try {
      const startedAt = this.#host.monotonic()
      const dueAt = Math.min(startedAt + timeoutOf(options, this.#limits.settings.agentTimeoutMs), parent.dueAt)
      const key = options?.idempotencyKey ?? keyWithin(parent, operation)
      const { request } = parent
      const { remaining } = request.ledger
      const leftMs = dueAt - startedAt
      const { message: from } = parent
      const message = requestWithin(from, operation, input, key, this.#host, leftMs, remaining, options?.step)
      call = new Call(message, request, parent, startedAt, dueAt)
      call.estimate = estimateOf(options)
      call.policy = options?.policy
      call.tally = options?.tally
      call.isOnce = options?.once === true
    } catch (error) {
      return Promise.reject(error)
    }
    return this.#call(call, options, this.#output)
  }

  #open(
    message: AgentMessage,
    options: AskOptions | undefined,
    startedAt: number,
    dueAt: number,
    ledger: Ledger,
  ): Call {
    const scope = options?.scope
    // A scope that was given says whose request it is.
    const tenant = scope === undefined ? message.tenant : scope.tenant
    const request = new Request(this.#deps.openScope, tenant, scope, ledger)
    const call = new Call(message, request, undefined, startedAt, dueAt)
    call.estimate = estimateOf(options)
    return call
  }

  /** One call from beginning to end. It waits for nothing that is there already. */
  #call<Result>(call: Call, options: AskOptions | undefined, work: Work<Result>): Promise<Result> {
    const { message } = call
    const { events } = this.#deps
    this.#underWay.enter(call)
    try {
      this.#admit(call, options)
      call.isTold = true
      if (events.observed) events.emit('call.started', { message })
      const result = work(call)
      if (result instanceof Promise) return this.#underWay.wait(call, result, options?.signal)
      return this.#underWay.succeed(call, result)
    } catch (error) {
      return this.#underWay.fail(call, error)
    }
  }

  #admit(call: Call, options: AskOptions | undefined): void {
    const signal = options?.signal
    if (signal !== undefined && !isSignal(signal)) {
      throw dispatchFailure('dispatch.invalid_signal', { received: shown(signal) })
    }
    if (this.#closing && call.parent === undefined && options?.isAccepted !== true) throw closed(call.message)
    if (signal?.aborted) throw cancelled(call.message, signal.reason)
    if (call.parent?.isOver) throw cancelled(call.message, parentOver(call.parent.message))
    if (call.dueAt <= call.startedAt) throw timedOut(call.message, 0)
    if (!call.request.becomeOf(call.message.tenant)) throw foreignTenant(call.message)
  }

  /** What the agent answers, as a message. */
  readonly #answer: Work<AgentMessage> = (call) => {
    const { message } = call
    const { entries } = this.#interceptors
    if (entries.length > 0) return this.#around(entries, 0, message, call)
    const agent = this.#reach(call, message)
    const own = addressed(message, agent)
    return agent.answer(own, this.#attempt(call, own, call.startedAt))
  }

  /** What the agent answers, without the message: where nobody would see one, none is made. */
  readonly #output: Work<unknown> = (call) => {
    const { message } = call
    const { entries } = this.#interceptors
    if (entries.length > 0) return this.#around(entries, 0, message, call).then(payloadOf)
    // An operation that is asked for is of one agent.
    const agent = this.#reach(call, message)
    return agent.output(message, this.#attempt(call, message, call.startedAt))
  }

  async #around(entries: readonly Entry[], index: number, message: AgentMessage, call: Call): Promise<AgentMessage> {
    const entry = entries[index]
    if (entry !== undefined) {
      const next = (changed: AgentMessage) => {
        const answer = this.#around(entries, index + 1, changed, call)
        // An interceptor may begin several and wait for one.
        answer.catch(() => {})
        return answer
      }
      return checkReply(message, await entry.interceptor.intercept(message, this.#attempt(call, message).context, next))
    }
    try {
      // Whoever waited has been told: to begin it again would do work for nobody.
      if (call.isOver) throw cancelled(message, 'the call is over')
      if (!call.request.becomeOf(message.tenant)) throw foreignTenant(message)
      const agent = this.#reach(call, message)
      const own = addressed(message, agent)
      return await agent.answer(own, this.#attempt(call, own))
    } catch (error) {
      throw asFailure(message, error, classify)
    }
  }

  #attempt(call: Call, message: AgentMessage, beganAt = this.#host.monotonic()): Attempt {
    const attempt = new Attempt(call, message, this.#host, beganAt)
    attempt.policy = call.policy
    return attempt
  }

  /** The agent that the call is for, once the request may spend what the call takes. Policy and pool stand around it. */
  #reach(call: Call, message: AgentMessage): AgentAtWork {
    const agent = this.#directory.find(message)
    // Who calls `next` again repeats the call, and repetitions are not counted.
    if (call.isCounted) return agent
    try {
      call.request.ledger.enter(message, call, call.parent, call.estimate)
    } catch (failure) {
      this.#overspent(message, failure)
      throw failure
    }
    call.isCounted = true
    return agent
  }

  #overspent(message: AgentMessage, failure: unknown): void {
    const { events } = this.#deps
    if (!events.observed || !budgetFailure.is(failure, 'budget.exceeded')) return
    events.emit('budget.exceeded', { message, limit: failure.details.limit, failure })
  }

  #ended(call: Call, outcome: 'succeeded' | 'failed' | 'cancelled', failure?: unknown): void {
    call.done()
    const { events } = this.#deps
    // A call that was refused has neither a beginning nor an end.
    if (!events.observed || !call.isTold) return
    const ms = this.#host.monotonic() - call.startedAt
    const { message, attempts, waitedMs } = call
    const told = { message, ms, outcome, attempts, waitedMs }
    events.emit('call.finished', failure === undefined ? told : { ...told, failure })
  }
}

function payloadOf(reply: AgentMessage): unknown {
  return reply.payload
}
