import type { AgentHealth, AgentMessage, Capabilities } from '../../ports/index.js'
import type { ActiveCall, AgentAtWork, MaybePromise } from '../agent/index.js'

/**
 * Stands between a member's policy and its agent, and remembers which messages reached the agent. A failure alone does not
 * tell: `circuit.open` may also come from another agent that this one asked when half of its work was done.
 */
export class Witness implements AgentAtWork {
  readonly name: string
  readonly health?: (call: { readonly signal: AbortSignal }) => MaybePromise<AgentHealth>
  readonly close?: () => MaybePromise<void>
  readonly #agent: AgentAtWork
  readonly #begun = new Set<string>()

  /** What the policy goes by is the member's, and not its agent's, name: two members may be agents of the same one. */
  constructor(name: string, agent: AgentAtWork) {
    this.name = name
    this.#agent = agent
    if (agent.health) this.health = (call) => agent.health?.(call) as MaybePromise<AgentHealth>
    if (agent.close) this.close = () => agent.close?.()
  }

  capabilities(): Capabilities {
    return this.#agent.capabilities()
  }

  answer(message: AgentMessage, call: ActiveCall): MaybePromise<AgentMessage> {
    this.#begun.add(message.id)
    return this.#agent.answer(message, call)
  }

  output(message: AgentMessage, call: ActiveCall): MaybePromise<unknown> {
    this.#begun.add(message.id)
    return this.#agent.output(message, call)
  }

  sawBegin({ id }: AgentMessage): boolean {
    return this.#begun.has(id)
  }

  forget({ id }: AgentMessage): void {
    this.#begun.delete(id)
  }
}
