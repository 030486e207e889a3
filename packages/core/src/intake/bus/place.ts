import { type Address, type AgentMessage, identifier, shown } from '../../ports/index.js'
import { busFailure } from './failures.js'
import { checkedTopic } from './topic-pattern.js'

/** Where a message goes, for people. */
export function placeOf({ receiver, operation }: AgentMessage): string {
  const { agent, group } = receiver as Named
  if (agent !== undefined) return `the agent ${agent}`
  return group === undefined ? `the topic ${operation}` : `the group ${group}`
}

/** Where a message goes, as a key. No topic holds a NUL, so that topics, agents and groups do not meet. */
export function keyOf({ receiver, operation }: AgentMessage): string {
  const { agent, group } = receiver as Named
  if (agent !== undefined) return agentKey(agent)
  return group === undefined ? operation : groupKey(group)
}

/** A receiver of whatever kind: a member may be there and yet not be given. */
interface Named {
  readonly agent?: string | undefined
  readonly group?: string | undefined
}

/** Whether a key is that of a topic. */
export function isTopic(key: string): boolean {
  return !key.startsWith('\0')
}

/** An address, checked: its key, and how it is called. */
export function readAddress(address: Address): { readonly key: string; readonly name: string } {
  const given = (address ?? {}) as { readonly topic?: string; readonly agent?: string; readonly group?: string }
  if (given.topic !== undefined) return { key: checkedTopic(given.topic), name: given.topic }
  if (given.agent !== undefined) return { key: agentKey(identifier(given.agent, 'agent')), name: given.agent }
  if (given.group !== undefined) return { key: groupKey(identifier(given.group, 'group')), name: given.group }
  const expected = 'one of { topic }, { agent } and { group }'
  const fault = { option: 'address', received: shown(address), expected }
  throw busFailure('bus.invalid_option', { what: 'A subscription', ...fault })
}

function agentKey(agent: string): string {
  return `\0agent ${agent}`
}

function groupKey(group: string): string {
  return `\0group ${group}`
}
