import type { CallContext, Needs } from '../../ports/index.js'

/** A call as the agents of this room see it: the context of the operation's code, to which what it needs is added. */
export interface ActiveCall extends CallContext {
  /** Adds what the operation needs to the context. */
  give(needed: Readonly<Record<string, unknown>>): void
  /** Makes what the operation needs in the scope of the request. */
  resolve(needs: Needs): Promise<Readonly<Record<string, unknown>>>
  /** Whether the request's scope was given parts of its own, so that what is made once may not be what it wants. */
  readonly overridesNeeds: boolean
}

/** Where operations get what they need from. */
export interface Provision {
  /** What is needed, when all of it lives as long as the orchestrator; else it is made for each request. */
  constants(needs: Needs): Readonly<Record<string, unknown>> | undefined
}
