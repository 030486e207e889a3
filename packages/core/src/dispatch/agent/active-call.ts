import type {
  AgentMessage,
  CallContext,
  Clock,
  EventSink,
  Needs,
  Policy,
  PolicyLike,
  Random,
} from '../../ports/index.js'

/** Something that can be told that nobody waits for it any more. */
export interface Stoppable {
  stop(reason: unknown): void
}

/** One try of a call, as whoever tries it sees it. */
export interface TryOfCall {
  readonly signal: AbortSignal
  readonly isOver: boolean
  /** On the monotonic clock; NaN where nobody looked. */
  readonly startedAt: number
  /** On the monotonic clock; `Infinity` where the try has no time of its own. */
  readonly dueAt: number
  adopt(child: Stoppable): void
  disown(child: Stoppable): void
}

/** A call as those see it who do its work. */
export interface ActiveCall {
  /** When it came here, and until when it may take, on the monotonic clock. */
  readonly beganAt: number
  readonly dueAt: number
  /** Stands around the call instead of the agent's own. */
  readonly policy?: Policy | undefined
  /** Whether nobody on its way is to try it again. */
  readonly isOnce?: boolean
  /** What the agent is given. */
  readonly context: CallContext
  /** The same, with what an operation needs added to it. */
  contextWith(needed: Readonly<Record<string, unknown>>): CallContext
  /** Makes what an operation needs in the scope of the request. */
  resolve(needs: Needs): Promise<Readonly<Record<string, unknown>>>
  /** Whether the request's scope was given parts of its own, so that what is made once may not be what it wants. */
  readonly overridesNeeds: boolean
  /** What has been spent on it so far, as its agents told. */
  readonly spent: { readonly tokens: number; readonly costUsd: number } | undefined
  /**
   * The same call for one try of it: with the try's message, signal and time (its own without a try), and with what it asks
   * for counted anew.
   */
  tried(message: AgentMessage, attempt?: TryOfCall): ActiveCall
  /** Whether nobody waits for it any more. */
  readonly isOver: boolean
  /** Whether that is because it took too long itself. */
  readonly isLate: boolean
  /** Has something be told when nobody waits any more, should that be before the agent has answered. */
  watch(one: Stoppable): void
  /** It was a try that is over: what it began, and did not wait for, stops. */
  end(reason: unknown): void
  /** Takes note of how often it was tried and how long it waited. */
  took(attempts: number, waitedMs: number): void
  /** Has something stop with the call. */
  adopt(child: Stoppable): void
  disown(child: Stoppable): void
}

/** Puts policies to work. */
export interface PolicyStarter {
  /** Around what has this name; one that is at work already, of whatever library, is returned as it is. */
  around(name: string, policy: PolicyLike): Policy
}

/** Where agents are put to work, and get what they need from. */
export interface Provision {
  readonly clock: Clock
  readonly random: Random
  readonly events: EventSink
  readonly policies: PolicyStarter
  /** What is needed, when all of it lives as long as the orchestrator; else it is made for each request. */
  constants(needs: Needs): Readonly<Record<string, unknown>> | undefined
}
