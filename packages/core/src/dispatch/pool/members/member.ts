import type { MemberAtWork } from '../at-work.js'
import type { Candidate } from '../balancing/candidate.js'
import { hashOf } from '../balancing/hash.js'
import type { MemberSpec } from '../member-options.js'
import { LatencyHistogram } from './latency-histogram.js'
import { PeakLatency } from './peak-latency.js'
import type { RecentOutcomes } from './recent-outcomes.js'

/** How a call ended for a member: who failed, where somebody did, and whether it was done at all. */
export type TurnOutcome = 'succeeded' | 'failed' | 'at fault itself' | 'cancelled' | 'refused'

/** For how long, and why, a member is not chosen. */
export interface Ejection {
  /** On the monotonic clock. */
  readonly until: number
  readonly because: string
  readonly byHand: boolean
}

/** For how long the cost of a call is taken to be what it was, while no call ends: it changes slowly then. */
const steadyMs = 100

/** What is left of a member's weight when it starts slowly. */
const leastShare = 0.1

/** A member of a pool: what it may do, what it is doing, and how it does. Others decide; it keeps count. */
export class Member implements Candidate {
  readonly id: string
  readonly weight: number
  readonly capacity: number
  /** The lowest priority that it serves, as its place among the priorities. */
  readonly minLevel: number
  readonly operations: ReadonlySet<string>
  readonly agentName: string
  readonly work: MemberAtWork
  readonly hash: number
  readonly latency = new PeakLatency()
  readonly histogram = new LatencyHistogram()
  readonly recent: RecentOutcomes
  /** What smooth weighted round robin owes it. */
  credit = 0
  inFlight = 0
  served = 0
  failures = 0
  ejection: Ejection | undefined
  /** Why its health checks failed, as long as they do. */
  illness: string | undefined
  isDraining = false
  /** How often it was ejected for its outcomes, without having served well in between. */
  ejections = 0
  /** When it became what it is: milliseconds since 1970. */
  since = 0
  /** Told when nothing is under way any more. */
  whenIdle: (() => void) | undefined
  #unitCost = 0
  #steadyUntil = Number.NEGATIVE_INFINITY
  #warmsFrom = 0
  #warmUntil = Number.NEGATIVE_INFINITY

  constructor(spec: MemberSpec, work: MemberAtWork, recent: RecentOutcomes) {
    this.id = spec.id
    this.weight = spec.weight
    this.capacity = spec.capacity
    this.minLevel = spec.minLevel
    this.operations = new Set(Object.keys(spec.definition.operations))
    this.agentName = spec.definition.name
    this.work = work
    this.hash = hashOf(spec.id)
    this.recent = recent
  }

  get latencyMs(): number {
    return this.latency.ms
  }

  get isFull(): boolean {
    return this.inFlight >= this.capacity
  }

  /** Whether it is not to be chosen, however little it has to do. */
  get isBroken(): boolean {
    return this.isDraining || this.illness !== undefined || this.ejection !== undefined
  }

  /** What a call costs here: how long it will take, with those under way before it, for the weight. */
  costAt(now: number): number {
    // This is asked twice for each call: what can be worked out before is.
    if (now >= this.#steadyUntil) {
      this.#unitCost = this.latency.at(now) / this.weightAt(now)
      this.#steadyUntil = now + steadyMs
    }
    return this.#unitCost * (this.inFlight + 1)
  }

  /** Its weight, less as long as it starts slowly. */
  weightAt(now: number): number {
    if (now >= this.#warmUntil) return this.weight
    const share = (now - this.#warmsFrom) / (this.#warmUntil - this.#warmsFrom)
    return this.weight * Math.max(leastShare, share)
  }

  isWarmingAt(now: number): boolean {
    return now < this.#warmUntil
  }

  /** Has its weight grow from little to all of it. */
  startSlowly(now: number, forMs: number): void {
    this.#warmsFrom = now
    this.#warmUntil = now + forMs
    this.#steadyUntil = now
  }

  /** As long as nothing is known of it, it is probably as fast as the others. */
  guessLatency(ms: number): void {
    this.latency.guess(ms)
    this.#steadyUntil = Number.NEGATIVE_INFINITY
  }

  /** Takes note of how a call ended. */
  took(outcome: TurnOutcome, ms: number, now: number): void {
    if (outcome === 'refused') return
    this.#steadyUntil = now
    if (outcome === 'cancelled') {
      this.latency.tookAtLeast(ms, now)
      return
    }
    this.served++
    this.histogram.add(ms)
    const failed = outcome === 'failed'
    this.recent.add(failed, now)
    if (failed) {
      this.failures++
      this.latency.tookAtLeast(ms, now)
    } else {
      this.latency.measured(ms, now)
    }
  }
}
