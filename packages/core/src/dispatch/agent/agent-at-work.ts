import type { AgentHealth, AgentMessage, Capabilities, Policy } from '../../ports/index.js'
import type { ActiveCall } from './active-call.js'

export type MaybePromise<T> = T | Promise<T>

/** An agent at work in one orchestrator. Nothing waits here where nothing has to: a needless promise costs half a call. */
export interface AgentAtWork {
  readonly name: string
  capabilities(): Capabilities
  /** Nothing where the agent cannot tell. */
  health?(call: { readonly signal: AbortSignal }): MaybePromise<AgentHealth>
  close?(): MaybePromise<void>
  /** The policy around an operation, where there is one. */
  policyOf?(operation: string): Policy | undefined
  /** The answer to a message, as a message. */
  answer(message: AgentMessage, call: ActiveCall): MaybePromise<AgentMessage>
  /** The output alone, for whoever needs no message around it. */
  output(message: AgentMessage, call: ActiveCall): MaybePromise<unknown>
}

/** Goes on with a value: at once if it is there, else when its promise (or a foreign thenable) has settled. */
export function after<T, Result>(
  value: T | PromiseLike<T>,
  goOn: (value: T) => MaybePromise<Result>,
): MaybePromise<Result> {
  if (value instanceof Promise) return (value as Promise<T>).then(goOn)
  // Made into a promise of ours, as `await` would: what a foreign `then` returns is anybody's guess.
  if (typeof (value as PromiseLike<T> | undefined | null)?.then === 'function') return Promise.resolve(value).then(goOn)
  return goOn(value as T)
}
