import type { PoolMember } from './member-options.js'

export type MemberState = 'warming' | 'serving' | 'ejected' | 'unhealthy' | 'draining'

/** How a member of a pool does. */
export interface MemberMetrics {
  readonly id: string
  /** The name of its agent. */
  readonly agent: string
  readonly weight: number
  readonly capacity: number
  readonly state: MemberState
  /** When it came into this state: milliseconds since 1970. */
  readonly since: number
  /** Why, where there is more to say. */
  readonly because?: string
  readonly inFlight: number
  /** How many calls it has answered or failed. */
  readonly served: number
  /** How many of them count against it. */
  readonly failures: number
  /** Of recent calls, to within 5 %; 0 when there was none. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number }
}

/** A pool at work, for whoever runs it. */
export interface PoolHandle {
  readonly name: string
  readonly members: readonly MemberMetrics[]
  /** Takes an agent in as a member, from now on; returns its id in the pool. */
  join(member: PoolMember): string
  /**
   * Has a member leave: it is not chosen any more. Resolves when its calls have ended and its agent is closed, or closes it
   * after `drainMs` (30,000) all the same.
   */
  leave(id: string, options?: { readonly drainMs?: number | undefined }): Promise<void>
  /** Has a member not be chosen for so long, or until it is restored. */
  eject(id: string, forMs?: number): void
  /** Has an ejected member be chosen again, slowly at first. */
  restore(id: string): void
}

const brand = Symbol.for('baton.pool')

/** What a pool at work is recognised by, also between two copies of this package. */
export interface HasPoolHandle {
  readonly [brand]: PoolHandle
}

export { brand as poolBrand }

/** The handle of an agent at work that is a pool; nothing for any other. */
export function poolHandleOf(agent: object): PoolHandle | undefined {
  return (agent as Partial<HasPoolHandle>)[brand]
}
