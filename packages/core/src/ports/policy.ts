import type { Clock } from './clock.js'
import type { EventSink } from './event-sink.js'
import type { Random } from './random.js'

/**
 * Stands around work: begins it, tries it again, gives it up, or refuses to begin it. `policy(…)` makes one; a policy of
 * another library is one as it is where it has this `execute`.
 */
export interface Policy {
  /**
   * Does the work, once or more often, and resolves with what it resolved with, or rejects with what the last try failed by
   * or with why there was no try.
   *
   * - `work` may be called not at all, once, or several times; each try is given a signal of its own.
   * - When `signal` aborts, no further try begins, the signal of the try under way aborts with the same reason, and the
   *   promise rejects without waiting for the work. Work whose signal aborted before is not begun.
   * - Executions under way at once do not mix.
   */
  execute<Result>(work: (attempt: PolicyAttempt) => Promise<Result>, signal?: AbortSignal): Promise<Result>
}

/** One try, as the work sees it. */
export interface PolicyAttempt {
  /** Aborts when nobody waits for this try any more. */
  readonly signal: AbortSignal
  /** 1 for the first try, where the policy counts them. */
  readonly attempt?: number | undefined
}

/** A policy that is described and not yet at work: it has no state of its own, and may be started in several places. */
export interface PolicyPlan {
  /** Puts it to work: what it counts and remembers is of this place alone, save what is shared by name within the host. */
  start(host: PolicyHost): Policy
}

/** Where a policy works. */
export interface PolicyHost {
  /** What the policy stands around, for people and events: `writer`, `writer.draft`, `openai`. */
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly events?: EventSink | undefined
  /** What policies share by name, in one orchestrator; absent where there is nobody to share with. */
  readonly shared?: Map<string, unknown> | undefined
}

export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated'

/** A circuit breaker as its keeper sees it. */
export interface Circuit {
  /** It becomes half-open when the first call asks for it after the break, and not by itself. */
  readonly state: CircuitState
  /** Opens it until it is reset. */
  isolate(): void
  /** Closes it, whatever it was, and forgets all that it counted. */
  reset(): void
  /** What is worth remembering of it beyond the life of the process. */
  export(): CircuitSnapshot
  /** Goes on from what `export` gave; anything else is refused. */
  restore(snapshot: CircuitSnapshot): void
}

/** What is worth remembering of a circuit, as plain JSON. */
export interface CircuitSnapshot {
  readonly state: CircuitState
  /** How many breaks there were without recovery in between. */
  readonly breaks: number
  /** Why it is open. */
  readonly because?: string
  /** Until when it refuses calls: milliseconds since 1970. */
  readonly until?: number
}

/** What may be attached to an agent or an operation: a plan, or a policy at work, of whatever library. */
export type PolicyLike = Policy | PolicyPlan
