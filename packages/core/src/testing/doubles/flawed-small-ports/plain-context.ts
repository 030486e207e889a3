import type { AgentMessage, BudgetRemaining, CallContext, MessageInit, Operation, Usage } from '../../../ports/index.js'
import { requestFor } from '../../contracts/call-for.js'
import { failed, PlainDispatcher } from './plain-dispatcher.js'

/** What `ask` may be told beside the operation and its input. */
export type AskOptions = Parameters<CallContext['ask']>[2]

/** The call that a context is of. */
export interface CallAround {
  readonly message: AgentMessage
  readonly signal: AbortSignal
  /** On the monotonic clock. */
  readonly dueAt: number
  /** How often it has asked. */
  asked: number
}

/** A dispatcher without flaw whose agents can ask each other; each part of a context can be replaced by a flawed one. */
export class AskingDispatcher extends PlainDispatcher {
  #ids = 0
  /** What is left, by the request. */
  readonly #purses = new Map<string, BudgetRemaining>()

  override context(message: AgentMessage, signal: AbortSignal, leftMs: number): CallContext {
    const around = { message, signal, dueAt: this.clock.monotonic() + leftMs, asked: 0 }
    const call = {
      ...super.context(message, signal, leftMs),
      newId: () => `id ${++this.#ids}`,
      remainingMs: () => this.remaining(around),
      idempotencyKey: (effect?: string) => this.key(message, effect),
      budget: () => this.left(message),
      spend: (usage: Usage) => this.spend(message, usage),
      ask: (operation: Operation, input: unknown, options?: AskOptions) =>
        this.askWithin(around, operation, input, options) as Promise<never>,
    }
    return { ...call, ...this.altered(call) }
  }

  purseOf({ correlationId }: AgentMessage): string {
    return correlationId
  }

  left(message: AgentMessage): BudgetRemaining {
    return this.#purses.get(this.purseOf(message)) ?? message.budget ?? {}
  }

  spend(message: AgentMessage, { tokens = 0, costUsd = 0 }: Usage): void {
    const left = this.left(message)
    this.#purses.set(this.purseOf(message), {
      ...left,
      ...(left.tokens !== undefined && { tokens: Math.max(0, left.tokens - tokens) }),
      ...(left.costUsd !== undefined && { costUsd: Math.max(0, left.costUsd - costUsd) }),
    })
  }

  /** What is different in the contexts that agents get. */
  altered(_call: CallContext): Partial<CallContext> {
    return {}
  }

  remaining({ dueAt }: CallAround): number {
    return Math.max(0, dueAt - this.clock.monotonic())
  }

  key({ tenant, idempotencyKey, id, receiver, operation }: AgentMessage, effect?: string): string {
    return JSON.stringify([tenant, idempotencyKey ?? id, receiver, operation, effect])
  }

  async askWithin(around: CallAround, operation: Operation, input: unknown, options?: AskOptions): Promise<unknown> {
    if (!operation?.agent) throw failed('dispatch.not_an_operation')
    const message = requestFor(this.within(around, operation, input, options))
    const stopping = { signal: this.signalFor(around, options), timeoutMs: options?.timeoutMs }
    return (await this.dispatch(message, stopping)).payload
  }

  signalFor({ signal }: CallAround, options?: AskOptions): AbortSignal {
    return options?.signal ? AbortSignal.any([signal, options.signal]) : signal
  }

  /** The request that is made within another one. */
  within(around: CallAround, { agent, name }: Operation, payload: unknown, options?: AskOptions): Partial<MessageInit> {
    const { id, receiver, correlationId, depth, session, tenant, priority, traceparent, idempotencyKey } =
      around.message
    const leftMs = Math.min(options?.timeoutMs ?? Number.POSITIVE_INFINITY, this.remaining(around))
    return {
      id: `id ${++this.#ids}`,
      sender: 'agent' in receiver ? receiver.agent : '',
      receiver: { agent },
      operation: name,
      payload,
      correlationId,
      causationId: id,
      depth: depth + 1,
      session,
      tenant,
      priority,
      traceparent,
      budget: this.left(around.message),
      deadline: Number.isFinite(leftMs) ? this.clock.now() + leftMs : undefined,
      idempotencyKey: options?.idempotencyKey ?? `${idempotencyKey ?? id}, ${agent}.${name} ${++around.asked}`,
    }
  }
}
