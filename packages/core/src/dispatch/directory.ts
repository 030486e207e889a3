import { type AgentMessage, shown } from '../ports/index.js'
import type { AgentAtWork } from './agent/index.js'
import { dispatchFailure } from './failures.js'

/** Which agents there are, and which of them a message is for. */
export class Directory {
  readonly agents = new Map<string, AgentAtWork>()
  readonly #groups = new Map<string, Group>()

  join(agent: AgentAtWork, groups: readonly string[] = []): void {
    if (this.agents.has(agent.name)) throw dispatchFailure('dispatch.duplicate_agent', { agent: agent.name })
    this.agents.set(agent.name, agent)
    for (const name of groups) {
      const group = this.#groups.get(name) ?? { members: [], next: 0 }
      this.#groups.set(name, group)
      group.members.push(agent)
    }
  }

  /** The agent that a message is for; of a group, its members in turn. */
  find({ receiver }: AgentMessage): AgentAtWork {
    if ('agent' in receiver) {
      const agent = this.agents.get(receiver.agent)
      if (agent !== undefined) return agent
      throw dispatchFailure('dispatch.unknown_agent', { agent: receiver.agent, known: [...this.agents.keys()] })
    }
    if (!('group' in receiver)) throw dispatchFailure('dispatch.no_single_receiver', { receiver: 'everyone' })
    const group = this.#groups.get(receiver.group)
    if (group !== undefined) return memberOf(group)
    throw dispatchFailure('dispatch.unknown_group', { group: shown(receiver.group), known: [...this.#groups.keys()] })
  }
}

interface Group {
  readonly members: AgentAtWork[]
  next: number
}

function memberOf(group: Group): AgentAtWork {
  const member = group.members[group.next % group.members.length] as AgentAtWork
  group.next = (group.next + 1) % group.members.length
  return member
}

/** The message as its receiver gets it: one for a group is for the member that was found. */
export function addressed(message: AgentMessage, { name }: AgentAtWork): AgentMessage {
  return 'agent' in message.receiver ? message : { ...message, receiver: { agent: name } }
}
