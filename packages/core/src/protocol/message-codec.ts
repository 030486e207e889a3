import { checkMessage } from './create-message.js'
import { isFailure } from './failure.js'
import { fromJsonForm, toJsonForm } from './json-form.js'
import type { AgentMessage } from './message.js'
import { messageMembers } from './message-members.js'
import { getOwn } from './own-member.js'
import { plainFailure } from './plain-failure.js'
import { checkBytes, scanJson } from './scan-json.js'
import { shown } from './shown.js'
import { wireFailure } from './wire-failure.js'
import { defaultLimits, type WireLimits, wireLimits } from './wire-limits.js'

/** The version of the wire form of messages, its member `v`. */
const version = 1
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Writes a message for the wire: JSON, `{ "v": 1, … }`, in which payload and context are as `encode` writes values. */
export function encodeMessage(message: AgentMessage): string {
  const members = messageMembers(message, formOf('payload', message.payload), formOf('context', message.context))
  checkMessage(members)
  return JSON.stringify({ v: version, ...members })
}

/**
 * Reads a message that may come from anyone. Its size, depth and keys are measured before anything is built from it, and
 * every member is checked; members that are none of a message are dropped, since a later Baton may send more of them.
 * What an error says is a failure again. Whatever is refused is refused with a failure.
 */
export function decodeMessage(text: string | Uint8Array, limits: Partial<WireLimits> = defaultLimits): AgentMessage {
  const bounds = wireLimits(limits)
  const wire = parse(textOf(text, bounds), bounds)
  const received = getOwn(wire, 'v')
  if (received !== version) throw wireFailure('wire.unknown_version', { received: shown(received), known: version })
  const payload = fromJsonForm(getOwn(wire, 'payload'), bounds.maxKeys, ['payload'])
  const context = fromJsonForm(getOwn(wire, 'context'), bounds.maxKeys, ['context'])
  const message = messageMembers(wire, payload, context)
  checkMessage(message)
  return message.type === 'error' && !isFailure(payload) ? { ...message, payload: plainFailure(payload) } : message
}

/** Absent stands for undefined, so that an empty context costs no tag. */
function formOf(name: string, value: unknown): unknown {
  return value === undefined ? undefined : toJsonForm(value, [name])
}

function textOf(received: unknown, limits: WireLimits): string {
  if (typeof received === 'string') return received
  if (!ArrayBuffer.isView(received)) throw malformed('text', received, 'a text or its bytes')
  checkBytes(received.byteLength, limits)
  try {
    return utf8.decode(received as Uint8Array)
  } catch (cause) {
    throw malformed('text', received, 'bytes that are UTF-8', cause)
  }
}

function parse(text: string, limits: WireLimits): object {
  scanJson(text, limits)
  let wire: unknown
  try {
    wire = JSON.parse(text)
  } catch (cause) {
    throw malformed('text', text, 'JSON, whole', cause)
  }
  if (typeof wire === 'object' && wire !== null && !Array.isArray(wire)) return wire
  throw malformed('JSON', wire, 'an object')
}

function malformed(member: string, received: unknown, expected: string, cause?: unknown): Error {
  return wireFailure('wire.malformed', { member, received: shown(received), expected }, cause)
}
