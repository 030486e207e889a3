import type { AgentHealth, AgentMessage, Capabilities } from '../../ports/index.js'
import type { ActiveCall } from './active-call.js'

export type MaybePromise<T> = T | Promise<T>

/** An agent at work in one orchestrator. Nothing waits here where nothing has to: a needless promise costs half a call. */
export interface AgentAtWork {
  readonly name: string
  capabilities(): Capabilities
  /** Nothing where the agent cannot tell. */
  health?(call: { readonly signal: AbortSignal }): MaybePromise<AgentHealth>
  close?(): MaybePromise<void>
  /** The answer to a message, as a message. */
  answer(message: AgentMessage, call: ActiveCall): MaybePromise<AgentMessage>
  /** The output alone, for whoever needs no message around it. */
  output(message: AgentMessage, call: ActiveCall): MaybePromise<unknown>
}

export function isThenable<T>(value: T | PromiseLike<T>): value is Promise<T> {
  return typeof (value as PromiseLike<T> | undefined | null)?.then === 'function'
}
