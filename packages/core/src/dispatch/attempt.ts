import type { AgentMessage, Needs } from '../ports/index.js'
import type { ActiveCall } from './agent/index.js'
import type { Call } from './call.js'
import { Context, type ContextHost } from './context.js'

/** One try of a call: the message as it reaches the agent, and the context that the agent is given with it. */
export class Attempt implements ActiveCall {
  readonly call: Call
  readonly message: AgentMessage
  readonly #host: ContextHost<Attempt>
  #context: Context | undefined
  #asked: Map<string, number> | undefined

  constructor(call: Call, message: AgentMessage, host: ContextHost<Attempt>) {
    this.call = call
    this.message = message
    this.#host = host
  }

  get context(): Context {
    this.#context ??= new Context(this, this.#host)
    return this.#context
  }

  contextWith(needed: Readonly<Record<string, unknown>>): Context {
    return Object.assign(this.context, needed)
  }

  get overridesNeeds(): boolean {
    return this.call.request.overridesNeeds
  }

  resolve(needs: Needs): Promise<Readonly<Record<string, unknown>>> {
    return this.call.request.resolve(needs)
  }

  get signal(): AbortSignal {
    return this.call.signal
  }

  get dueAt(): number {
    return this.call.dueAt
  }

  /** How often it has asked for an operation, this time included: equal in all tries of one piece of work. */
  count(operation: string): number {
    this.#asked ??= new Map()
    const count = (this.#asked.get(operation) ?? 0) + 1
    this.#asked.set(operation, count)
    return count
  }
}
