import type { CallContext, Clock, EventSink, Needs, Random } from '../../ports/index.js'

/** A call as this room sees it. */
export interface ActiveCall {
  /** What the agent is given. */
  readonly context: CallContext
  /** The same, with what an operation needs added to it. */
  contextWith(needed: Readonly<Record<string, unknown>>): CallContext
  /** Makes what an operation needs in the scope of the request. */
  resolve(needs: Needs): Promise<Readonly<Record<string, unknown>>>
  /** Whether the request's scope was given parts of its own, so that what is made once may not be what it wants. */
  readonly overridesNeeds: boolean
}

/** Where agents are put to work, and get what they need from. */
export interface Provision {
  readonly clock: Clock
  readonly random: Random
  readonly events: EventSink
  /** What policies share by name. */
  readonly shared: Map<string, unknown>
  /** What is needed, when all of it lives as long as the orchestrator; else it is made for each request. */
  constants(needs: Needs): Readonly<Record<string, unknown>> | undefined
}
