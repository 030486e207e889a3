import type { AgentMessage, Delivery, MessageBus } from '../../ports/index.js'
import { isPattern } from './topic-pattern.js'

/** An agent as the bus knows it. */
export interface Addressed {
  readonly name: string
  readonly groups: readonly string[]
  readonly operations: readonly string[]
}

/**
 * Has an agent get its messages over the bus: those addressed to it, its turn of those for its groups, and those for everyone that
 * name one of its operations; so many of them at once. `deliver` brings one to the agent, and its answer back.
 */
export function putOnBus(
  bus: MessageBus,
  { name, groups, operations }: Addressed,
  atOnce: number,
  deliver: (message: AgentMessage, signal: AbortSignal) => Promise<AgentMessage>,
): void {
  const options = { name, concurrency: atOnce }
  const receiver = { agent: name }
  const handle = (message: AgentMessage, { signal }: Delivery) => deliver({ ...message, receiver }, signal)
  for (const address of [{ agent: name }, ...groups.map((group) => ({ group }))]) {
    bus.subscribe(address, handle, options)
    bus.respond(address, handle, options)
  }
  for (const topic of operations) if (!isPattern(topic)) bus.subscribe({ topic }, handle, options)
}
