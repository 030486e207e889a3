import type { AgentHealth, AgentMessage, AgentProtocol, Capabilities } from '../../ports/index.js'
import type { ActiveCall } from './active-call.js'
import { type AgentAtWork, after, type MaybePromise } from './agent-at-work.js'
import { checkReply } from './check-reply.js'

/** An agent of the host's own making at work: what it answers is held to be an answer, and nothing more. */
export class OwnAgent implements AgentAtWork {
  readonly name: string
  readonly health?: (call: { readonly signal: AbortSignal }) => MaybePromise<AgentHealth>
  readonly close?: () => MaybePromise<void>
  readonly #protocol: AgentProtocol

  constructor(protocol: AgentProtocol) {
    this.name = protocol.name
    this.#protocol = protocol
    Object.assign(this, lifeOf(protocol))
  }

  capabilities(): Capabilities {
    return this.#protocol.capabilities()
  }

  answer(message: AgentMessage, call: ActiveCall): MaybePromise<AgentMessage> {
    return after(this.#protocol.process(message, call.context), (answer) => checkReply(message, answer))
  }

  output(message: AgentMessage, call: ActiveCall): MaybePromise<unknown> {
    return after(this.answer(message, call), ({ payload }) => payload)
  }
}

/** How an agent tells how it is, and how it is closed: each only where the agent has it. */
export function lifeOf(protocol: AgentProtocol | undefined): Pick<AgentAtWork, 'health' | 'close'> {
  return {
    ...(protocol?.health && { health: (call: { readonly signal: AbortSignal }) => protocol.health?.(call) }),
    ...(protocol?.close && { close: () => protocol.close?.() }),
  } as Pick<AgentAtWork, 'health' | 'close'>
}
