import assert from 'node:assert/strict'
import {
  type AgentMessage,
  createMessage,
  isFailure,
  type MessageBus,
  type MessageHandler,
  type MessageInit,
  type Stamp,
} from '../../../ports/index.js'
import { someTurns } from '../turns.js'

/** A bus, and what messages over it are stamped with: its own time, above all. */
export interface MessageBusUnderTest {
  readonly bus: MessageBus
  readonly stamp: Stamp
}

/** A message over the bus: about the topic `work`, for everyone, with what a case says of it. */
export function messageFor({ stamp }: MessageBusUnderTest, init: Partial<MessageInit> = {}): AgentMessage {
  return createMessage(
    { sender: 'a-host', receiver: { everyone: true }, operation: 'work', payload: 0, ...init },
    stamp,
  )
}

/** Publishes messages with these payloads, one after the other. */
export async function publish(port: MessageBusUnderTest, ...payloads: readonly unknown[]): Promise<void> {
  for (const payload of payloads) await port.bus.publish(messageFor(port, { payload }))
}

/** A handler, and the payloads that it was given. */
export function hearing(): { readonly heard: unknown[]; readonly handler: MessageHandler } {
  const heard: unknown[] = []
  return { heard, handler: ({ payload }) => void heard.push(payload) }
}

/** A handler that ends when it is told to, the payloads that it was given, and the signals that came with them. */
export function holding() {
  const heard: unknown[] = []
  const signals: AbortSignal[] = []
  const releases: (() => void)[] = []
  const handler: MessageHandler = ({ payload }, { signal }) => {
    heard.push(payload)
    signals.push(signal)
    return new Promise<void>((resolve) => releases.push(resolve))
  }
  const release = async () => {
    releases.shift()?.()
    await someTurns()
  }
  return { heard, signals, handler: handler as (...args: Parameters<MessageHandler>) => Promise<never>, release }
}

/** What has become of a promise by now: `pending`, `resolved`, or the code of its failure. */
export async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  let outcome = 'pending'
  void promise.then(
    () => {
      outcome = 'resolved'
    },
    (failure: unknown) => {
      outcome = isFailure(failure) ? failure.code : 'no failure'
    },
  )
  await someTurns()
  return outcome
}

/** What a promise has rejected with by now. */
export async function rejectionNow(promise: Promise<unknown>): Promise<unknown> {
  assert.notEqual(await outcomeOf(promise), 'pending', 'it has not ended')
  return promise.then(
    () => assert.fail('it did not reject'),
    (failure: unknown) => failure,
  )
}
