import assert from 'node:assert/strict'
import {
  type AgentMessage,
  type AgentProtocol,
  type Dispatcher,
  type DispatchOptions,
  type Failure,
  isFailure,
  reply,
} from '../../../ports/index.js'
import { requestFor } from '../call-for.js'
import { someTurns } from '../turns.js'

/** A dispatcher without agents, and how one joins it. */
export interface DispatcherUnderTest {
  readonly dispatcher: Dispatcher
  join(agent: AgentProtocol): void
}

export type Process = AgentProtocol['process']

/** Joins the agent that requests are for unless they say otherwise. */
export function join(port: DispatcherUnderTest, process: Process): void {
  joinAs(port, 'an-agent', process)
}

/** Joins an agent by name. */
export function joinAs(port: DispatcherUnderTest, name: string, process: Process): void {
  port.join({ name, capabilities: () => ({ operations: { work: {} } }), process })
}

/** Joins an agent that answers, and tells how often it was asked. */
export function counting(port: DispatcherUnderTest): () => number {
  let asked = 0
  join(port, (message, call) => {
    asked++
    return reply(message, 1, call)
  })
  return () => asked
}

/** Joins an agent that never answers; the signals of its calls. */
export function joinSilent(port: DispatcherUnderTest): readonly AbortSignal[] {
  const signals: AbortSignal[] = []
  join(port, (_message, { signal }) => {
    signals.push(signal)
    return new Promise(() => {})
  })
  return signals
}

/** The wall clock as agents see it. */
export async function timeOf(port: DispatcherUnderTest): Promise<number> {
  joinAs(port, 'a-watch', (message, call) => reply(message, call.now(), call))
  return (await port.dispatcher.dispatch(requestFor({ receiver: { agent: 'a-watch' } }))).payload as number
}

/** Whether a promise has settled by now. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  void promise
    .finally(() => {
      settled = true
    })
    .catch(() => {})
  await someTurns()
  return settled
}

/** What a dispatch rejects with, which has to be a failure. */
export function failureOf(
  port: DispatcherUnderTest,
  message: AgentMessage,
  options?: DispatchOptions,
): Promise<Failure> {
  const failed = rejectionOf(port.dispatcher.dispatch(message, options))
  // A case may end before it comes to this one.
  failed.catch(() => {})
  return failed
}

/** A call's failure, which has to be there by now. */
export async function ended(failed: Promise<Failure>): Promise<Failure> {
  assert(await isSettled(failed), 'the call has not ended')
  return failed
}

/** What a call rejects with, which has to be a failure. */
export async function rejectionOf(call: Promise<unknown>): Promise<Failure> {
  try {
    await call
  } catch (error) {
    assert(isFailure(error), 'it did not reject with a failure')
    return error
  }
  return assert.fail('it did not reject')
}

/** Lets time pass, in small steps, until something has happened. */
export async function until(advance: (ms: number) => Promise<void>, happened: () => boolean): Promise<void> {
  for (let step = 0; step < 50 && !happened(); step++) {
    await someTurns()
    if (!happened()) await advance(1)
  }
  assert(happened(), 'no agent was asked')
}
