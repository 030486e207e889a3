import type { AgentHealth, AgentMessage, Capabilities, ErrorClass } from '../../ports/index.js'
import { type ActiveCall, type AgentAtWork, agentFailure, type MaybePromise, type Provision } from '../agent/index.js'
import { classifierOf } from '../resilience/index.js'
import type { Balancer } from './balancing/balancer.js'
import { balancerFor } from './balancing/balancer-for.js'
import type { Member, TurnOutcome } from './members/member.js'
import { Membership } from './members/membership.js'
import { metricsOf } from './members/metrics.js'
import { Roster } from './members/roster.js'
import { guessLatencies } from './members/usual-latency.js'
import { brokenBecause, noMember } from './no-member.js'
import type { DescribedPool } from './pool-description.js'
import { type HasPoolHandle, poolBrand, type PoolHandle } from './pool-handle.js'
import { isRefusal } from './refusal.js'
import { outcomeOf, Turn, type TurnKeeper } from './turn.js'

/** What is wanted of a member: its answer as a message, or the output alone. */
type Work = (agent: AgentAtWork, message: AgentMessage, call: ActiveCall) => MaybePromise<unknown>

const answering: Work = (agent, message, call) => agent.answer(message, call)
const outputting: Work = (agent, message, call) => agent.output(message, call)

/** A pool at work in one orchestrator: to whoever asks it is an agent, and one of its members does the work. */
export class AgentPool implements AgentAtWork, TurnKeeper, HasPoolHandle {
  readonly name: string
  readonly clock: Provision['clock']
  readonly classOf: (error: unknown) => ErrorClass
  readonly [poolBrand]: PoolHandle
  readonly #operations: DescribedPool['operations']
  readonly #roster: Roster
  readonly #membership: Membership
  readonly #balancer: Balancer
  /** Answers, in a test, the operations of the pool that the test stubs. */
  readonly #stub: { readonly agent: AgentAtWork; readonly operations: ReadonlySet<string> } | undefined

  constructor({ name, operations, members, settings, policy, stub }: DescribedPool, provision: Provision) {
    this.name = name
    this.clock = provision.clock
    this.classOf = classifierOf(policy)
    this.#operations = operations
    this.#roster = new Roster(settings.panicBelow)
    this.#membership = new Membership(name, provision, this.#roster, settings)
    this.#membership.begin(members)
    this.#balancer = balancerFor(name, settings, provision.random)
    this.#stub = stub && { agent: stub.bind(provision), operations: new Set(Object.keys(stub.operations)) }
    this[poolBrand] = this.#handle()
  }

  answer(message: AgentMessage, call: ActiveCall): MaybePromise<AgentMessage> {
    return this.#serve(message, call, answering) as MaybePromise<AgentMessage>
  }

  output(message: AgentMessage, call: ActiveCall): MaybePromise<unknown> {
    return this.#serve(message, call, outputting)
  }

  capabilities(): Capabilities {
    const ofMembers = this.#roster.members.map(({ work }) => work.agent.capabilities().operations)
    // Where several have an operation, the first says what it is like.
    return { operations: Object.assign({}, ...ofMembers.toReversed()) as Capabilities['operations'] }
  }

  health(): AgentHealth {
    const broken = this.#roster.members.flatMap((member) => {
      const because = brokenBecause(member, this.clock)
      return because === undefined ? [] : [`${member.id} ${because}`]
    })
    const ok = this.#roster.usable.length > 0
    if (broken.length > 0) return { ok, reason: broken.join('; ') }
    return ok ? { ok } : { ok, reason: 'it has no members' }
  }

  close(): Promise<void> {
    return this.#membership.close()
  }

  /** A call of a member ended; all that follows from it follows here. */
  ended({ member, message }: Turn, outcome: TurnOutcome, ms: number, now: number): void {
    const wasFull = member.isFull
    member.inFlight--
    if (wasFull && !member.isFull) this.#roster.changed()
    member.work.witness?.forget(message)
    const wasUnknown = !member.latency.isKnown
    member.took(outcome, ms, now)
    if (wasUnknown && member.latency.isKnown) guessLatencies(this.#roster.members)
    if (outcome === 'failed') this.#membership.ejections.judge(member, now)
    if (member.inFlight === 0) member.whenIdle?.()
  }

  #serve(message: AgentMessage, call: ActiveCall, work: Work, refusals?: Map<Member, unknown>): MaybePromise<unknown> {
    const stub = this.#stub
    if (stub?.operations.has(message.operation)) return work(stub.agent, message, call)
    const now = this.clock.monotonic()
    const turn = this.#begin(this.#choose(message, now, refusals), message, now)
    let result: MaybePromise<unknown>
    try {
      result = work(turn.member.work.agent, message, call)
    } catch (error) {
      return this.#failed(turn, error, call, work, refusals)
    }
    if (!(result instanceof Promise)) {
      turn.end('succeeded')
      return result
    }
    // Its own code may have stopped it meanwhile.
    if (call.isOver) turn.end('cancelled')
    else call.adopt(turn)
    return result.then(
      (value) => {
        call.disown(turn)
        turn.end('succeeded')
        return value
      },
      (error: unknown) => {
        call.disown(turn)
        return this.#failed(turn, error, call, work, refusals)
      },
    )
  }

  #choose(message: AgentMessage, now: number, refusals: Map<Member, unknown> | undefined): Member {
    let candidates = this.#roster.eligibleFor(message)
    if (refusals !== undefined) candidates = candidates.filter((one) => !refusals.has(one))
    if (candidates.length > 0) return this.#balancer.choose(candidates, message, now)
    const { members } = this.#roster
    const { operation } = message
    if (!Object.hasOwn(this.#operations, operation) && !members.some((one) => one.operations.has(operation))) {
      const known = [...new Set([...Object.keys(this.#operations), ...members.flatMap((one) => [...one.operations])])]
      throw agentFailure('agent.unknown_operation', { agent: this.name, operation, known })
    }
    throw noMember(this.name, message, members, this.clock, refusals)
  }

  #begin(member: Member, message: AgentMessage, now: number): Turn {
    member.inFlight++
    if (member.isFull) this.#roster.changed()
    return new Turn(this, member, message, now)
  }

  #failed(
    turn: Turn,
    error: unknown,
    call: ActiveCall,
    work: Work,
    refusals = new Map<Member, unknown>(),
  ): MaybePromise<unknown> {
    const { member, message } = turn
    // Where nobody waits any more, nobody else is asked.
    if (call.isOver || !isRefusal(error, member, message)) {
      turn.end(outcomeOf(this.classOf(error)))
      throw error
    }
    turn.end('refused')
    refusals.set(member, error)
    return this.#serve(message, call, work, refusals)
  }

  #handle(): PoolHandle {
    const [roster, membership, clock] = [this.#roster, this.#membership, this.clock]
    return Object.freeze({
      name: this.name,
      get members() {
        const now = clock.monotonic()
        return roster.members.map((member) => metricsOf(member, now))
      },
      join: (member) => membership.join(member),
      leave: async (id, options) => membership.leave(id, options),
      eject: (id, forMs) => membership.eject(id, forMs),
      restore: (id) => membership.ejections.restore(membership.named(id)),
    } satisfies PoolHandle)
  }
}
