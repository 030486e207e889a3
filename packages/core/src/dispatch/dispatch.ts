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
  type Random,
  shown,
} from '../ports/index.js'
import { type AgentAtWork, asFailure, checkReply } from './agent/index.js'
import { Attempt } from './attempt.js'
import { type AskOptions, Call } from './call.js'
import { CallsUnderWay } from './calls-under-way.js'
import type { ContextHost } from './context.js'
import type { DispatchSettings } from './dispatch-settings.js'
import { cancelled, closed, foreignTenant, parentOver, timedOut } from './endings.js'
import { dispatchFailure } from './failures.js'
import { Request, type RequestScope } from './request.js'
import { keyWithin, requestFromOutside, requestWithin } from './request-message.js'

export interface DispatchDeps {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly events: EventSink
  readonly openScope: (tenant: string | undefined) => RequestScope
}

type Work<Result> = (call: Call) => Result | Promise<Result>

/** An interceptor in its place. */
interface Entry {
  readonly interceptor: Interceptor
}

/** Brings each message to its agent and the answer back: the spine that every call goes through. */
export class Dispatch implements Dispatcher {
  readonly #deps: DispatchDeps
  readonly #settings: DispatchSettings
  readonly #host: ContextHost<Attempt>
  readonly #underWay: CallsUnderWay
  readonly #agents = new Map<string, AgentAtWork>()
  /** Never changed, but replaced: a call keeps those with which it began. */
  #interceptors: readonly Entry[] = []
  #closing = false

  constructor(deps: DispatchDeps, settings: DispatchSettings) {
    const { clock, random, logger, events } = deps
    this.#deps = deps
    this.#settings = settings
    this.#underWay = new CallsUnderWay(clock, (call, outcome, failure) => this.#ended(call, outcome, failure))
    this.#host = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      newId: () => random.id(),
      log: logger,
      progressed: ({ message }, data) => {
        if (events.observed) events.emit('call.progressed', { message, data })
      },
      ask: (parent, operation, input, options) => this.#askWithin(parent, operation, input, options),
    }
  }

  get agents(): ReadonlyMap<string, AgentAtWork> {
    return this.#agents
  }

  /** How many requests from outside are under way. */
  get inFlight(): number {
    return this.#underWay.count
  }

  join(agent: AgentAtWork): void {
    if (this.#agents.has(agent.name)) throw dispatchFailure('dispatch.duplicate_agent', { agent: agent.name })
    this.#agents.set(agent.name, agent)
  }

  /** Has an interceptor stand around every call from now on: within those that are there, or around them all. */
  intercept(interceptor: Interceptor, place: 'innermost' | 'outermost' = 'innermost'): Disposable {
    // One interceptor may stand there twice: its places are told apart by their entries.
    const entry = { interceptor }
    this.#interceptors = place === 'innermost' ? [...this.#interceptors, entry] : [entry, ...this.#interceptors]
    return {
      [Symbol.dispose]: () => {
        this.#interceptors = this.#interceptors.filter((one) => one !== entry)
      },
    }
  }

  async dispatch(message: AgentMessage, options?: AskOptions): Promise<AgentMessage> {
    checkMessage(message)
    this.#checkDelivery(message)
    const startedAt = this.#host.monotonic()
    const untilDeadline =
      message.deadline === undefined ? Number.POSITIVE_INFINITY : message.deadline - this.#host.now()
    const dueAt = startedAt + Math.min(this.#timeoutOf(options), untilDeadline)
    const call = this.#open(message, options, startedAt, dueAt)
    return this.#call(call, options, this.#answer) as Promise<AgentMessage>
  }

  ask(operation: Operation, input: unknown, options?: AskOptions): Promise<unknown> {
    let call: Call
    try {
      const startedAt = this.#host.monotonic()
      const timeoutMs = this.#timeoutOf(options)
      const message = requestFromOutside(operation, input, options, this.#host, timeoutMs)
      call = this.#open(message, options, startedAt, startedAt + timeoutMs)
    } catch (error) {
      return Promise.reject(error)
    }
    return this.#call(call, options, this.#output)
  }

  /** Takes in no more requests, waits for those under way, stops those that are not done in time; tells how many. */
  drain(drainMs: number): Promise<number> {
    this.#closing = true
    return this.#underWay.drain(drainMs)
  }

  #askWithin(parent: Attempt, operation: Operation, input: unknown, options?: AskOptions): Promise<unknown> {
    let call: Call
    try {
      const startedAt = this.#host.monotonic()
      const dueAt = Math.min(startedAt + this.#timeoutOf(options), parent.dueAt)
      const key = options?.idempotencyKey ?? keyWithin(parent, operation)
      const message = requestWithin(parent.message, operation, input, key, this.#host, dueAt - startedAt)
      call = new Call(message, parent.call.request, parent.call, startedAt, dueAt)
    } catch (error) {
      return Promise.reject(error)
    }
    return this.#call(call, options, this.#output)
  }

  #open(message: AgentMessage, options: AskOptions | undefined, startedAt: number, dueAt: number): Call {
    const scope = options?.scope
    // A scope that was given says whose request it is.
    const tenant = scope === undefined ? message.tenant : scope.tenant
    const request = new Request(this.#deps.openScope, tenant, scope)
    return new Call(message, request, undefined, startedAt, dueAt)
  }

  /** One call from beginning to end. It waits for nothing that is there already. */
  #call<Result>(call: Call, options: AskOptions | undefined, work: Work<Result>): Promise<Result> {
    const { message } = call
    const { events } = this.#deps
    this.#underWay.enter(call)
    try {
      this.#admit(call, options?.signal)
      call.isTold = true
      if (events.observed) events.emit('call.started', { message })
      const result = work(call)
      if (result instanceof Promise) return this.#underWay.wait(call, result, options?.signal)
      return this.#underWay.succeed(call, result)
    } catch (error) {
      return this.#underWay.fail(call, error)
    }
  }

  #checkDelivery({ type, expiresAt, receiver, operation }: AgentMessage): void {
    if (type !== 'request' && type !== 'event') throw dispatchFailure('dispatch.not_a_request', { type })
    const lateMs = expiresAt === undefined ? 0 : this.#host.now() - expiresAt
    const agent = 'agent' in receiver ? receiver.agent : ''
    if (lateMs > 0) throw dispatchFailure('dispatch.expired', { agent, operation, lateMs })
  }

  #admit(call: Call, signal: AbortSignal | undefined): void {
    if (signal !== undefined && !isSignal(signal)) {
      throw dispatchFailure('dispatch.invalid_signal', { received: shown(signal) })
    }
    if (this.#closing && call.parent === undefined) throw closed(call.message)
    if (signal?.aborted) throw cancelled(call.message, signal.reason)
    if (call.parent?.isOver) throw cancelled(call.message, parentOver(call.parent.message))
    if (call.dueAt <= call.startedAt) throw timedOut(call.message, 0)
    if (!call.request.becomeOf(call.message.tenant)) throw foreignTenant(call.message)
  }

  /** What the agent answers, as a message. */
  readonly #answer: Work<AgentMessage> = (call) => {
    const { message } = call
    if (this.#interceptors.length > 0) return this.#around(this.#interceptors, 0, message, call)
    return this.#find(message).answer(message, new Attempt(call, message, this.#host))
  }

  /** What the agent answers, without the message: where nobody would see one, none is made. */
  readonly #output: Work<unknown> = (call) => {
    const { message } = call
    if (this.#interceptors.length > 0) return this.#around(this.#interceptors, 0, message, call).then(payloadOf)
    return this.#find(message).output(message, new Attempt(call, message, this.#host))
  }

  async #around(entries: readonly Entry[], index: number, message: AgentMessage, call: Call): Promise<AgentMessage> {
    const attempt = new Attempt(call, message, this.#host)
    const entry = entries[index]
    if (entry !== undefined) {
      const next = (changed: AgentMessage) => {
        const answer = this.#around(entries, index + 1, changed, call)
        // An interceptor may begin several and wait for one.
        answer.catch(() => {})
        return answer
      }
      return checkReply(message, await entry.interceptor.intercept(message, attempt.context, next))
    }
    try {
      // Whoever waited has been told: to begin it again would do work for nobody.
      if (call.isOver) throw cancelled(message, 'the call is over')
      if (!call.request.becomeOf(message.tenant)) throw foreignTenant(message)
      return await this.#find(message).answer(message, attempt)
    } catch (error) {
      throw asFailure(message, error, classify)
    }
  }

  #find({ receiver }: AgentMessage): AgentAtWork {
    if (!('agent' in receiver)) {
      const to = 'group' in receiver ? `the group ${shown(receiver.group)}` : 'everyone'
      throw dispatchFailure('dispatch.no_single_receiver', { receiver: to })
    }
    const agent = this.#agents.get(receiver.agent)
    if (agent !== undefined) return agent
    throw dispatchFailure('dispatch.unknown_agent', { agent: receiver.agent, known: [...this.#agents.keys()] })
  }

  #timeoutOf(options: AskOptions | undefined): number {
    const timeoutMs = options?.timeoutMs
    if (timeoutMs === undefined) return this.#settings.agentTimeoutMs
    if (typeof timeoutMs === 'number' && timeoutMs > 0) return timeoutMs
    throw dispatchFailure('dispatch.invalid_timeout', { received: shown(timeoutMs) })
  }

  #ended(call: Call, outcome: 'succeeded' | 'failed' | 'cancelled', failure?: unknown): void {
    call.isOver = true
    const { events } = this.#deps
    // A call that was refused has neither a beginning nor an end.
    if (!events.observed || !call.isTold) return
    const ms = this.#host.monotonic() - call.startedAt
    const { message, attempts, waitedMs } = call
    events.emit('call.finished', {
      message,
      ms,
      outcome,
      attempts,
      waitedMs,
      ...(failure !== undefined && { failure }),
    })
  }
}

function isSignal(signal: AbortSignal | null): boolean {
  return typeof signal?.addEventListener === 'function' && typeof signal.removeEventListener === 'function'
}

function payloadOf(reply: AgentMessage): unknown {
  return reply.payload
}
