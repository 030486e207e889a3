import { errorText, optionFault } from '../../../ports/index.js'
import type { Provision } from '../../agent/index.js'
import { atWork } from '../at-work.js'
import { poolFailure } from '../failures.js'
import { type MemberSpec, memberSpecs, type PoolMember } from '../member-options.js'
import type { PoolSettings } from '../pool-options.js'
import { Ejections } from './ejections.js'
import { HealthCheck } from './health-check.js'
import { Member } from './member.js'
import { RecentOutcomes } from './recent-outcomes.js'
import type { Roster } from './roster.js'
import { guessLatencies } from './usual-latency.js'

/** Who comes into a pool and goes out of it, and what is watched and closed with them. */
export class Membership {
  readonly ejections: Ejections
  readonly #pool: string
  readonly #provision: Provision
  readonly #roster: Roster
  readonly #settings: PoolSettings
  readonly #checks = new Map<Member, HealthCheck>()
  readonly #leaving = new Map<Member, { readonly done: Promise<void>; readonly hurry: () => void }>()
  readonly #closing = new Map<Member, Promise<void>>()
  #isClosed = false

  constructor(pool: string, provision: Provision, roster: Roster, settings: PoolSettings) {
    this.#pool = pool
    this.#provision = provision
    this.#roster = roster
    this.#settings = settings
    this.ejections = new Ejections(pool, { ...provision, roster }, settings.ejection, settings.slowStartMs)
  }

  /** Has those be members that are from the start: all are equally new, so none starts slowly. */
  begin(specs: readonly MemberSpec[]): void {
    for (const spec of specs) this.#enter(spec)
  }

  join(given: PoolMember): string {
    if (this.#isClosed) throw poolFailure('pool.closed', { pool: this.#pool })
    const [spec] = memberSpecs(this.#pool, [given], this.#roster.ids) as readonly [MemberSpec]
    this.#checkNeeds(spec)
    const { clock, events } = this.#provision
    this.#enter(spec).startSlowly(clock.monotonic(), this.#settings.slowStartMs)
    if (events.observed) events.emit('member.joined', { pool: this.#pool, member: spec.id })
    return spec.id
  }

  leave(id: string, options: { readonly drainMs?: number | undefined } = {}): Promise<void> {
    const member = this.named(id)
    const fault = optionFault(options, { drainMs: { min: 0, infinite: true } })
    if (fault !== undefined) throw poolFailure('pool.invalid_option', { pool: this.#pool, ...fault })
    const { drainMs = 30_000 } = options
    const leaving = this.#leaving.get(member)
    if (leaving !== undefined) return leaving.done
    const { promise: drained, resolve: hurry } = Promise.withResolvers<void>()
    const timer = this.#provision.clock.schedule(drainMs, hurry, true)
    member.isDraining = true
    member.since = this.#provision.clock.now()
    member.whenIdle = hurry
    this.#stopWatching(member)
    this.#roster.changed()
    if (member.inFlight === 0) hurry()
    const done = drained.then(() => {
      timer.cancel()
      return this.#exit(member)
    })
    this.#leaving.set(member, { done, hurry })
    return done
  }

  eject(id: string, forMs = Number.POSITIVE_INFINITY): void {
    const member = this.named(id)
    const fault = optionFault({ forMs }, { forMs: { above: 0, infinite: true } })
    if (fault !== undefined) throw poolFailure('pool.invalid_option', { pool: this.#pool, ...fault })
    this.ejections.ejectByHand(member, forMs)
  }

  /** Closes the agents of all members, however it goes with the others. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.ejections.close()
    const { members } = this.#roster
    for (const member of members) this.#stopWatching(member)
    for (const { hurry } of this.#leaving.values()) hurry()
    const endings = await Promise.allSettled(members.map((member) => this.#closed(member)))
    const faults = members.flatMap(({ id: member }, index) => {
      const ending = endings[index]
      return ending?.status === 'rejected' ? [{ member, cause: ending.reason as unknown }] : []
    })
    if (faults.length > 0) throw closeFailed(this.#pool, faults)
  }

  named(id: string): Member {
    const member = this.#roster.find(id)
    if (member !== undefined) return member
    throw poolFailure('pool.unknown_member', { pool: this.#pool, member: String(id), known: this.#roster.ids })
  }

  #enter(spec: MemberSpec): Member {
    const provision = this.#provision
    const { ejection, health } = this.#settings
    const work = atWork(this.#pool, spec, provision)
    const member = new Member(spec, work, new RecentOutcomes(ejection?.withinMs ?? 30_000))
    member.since = provision.clock.now()
    this.#roster.add(member)
    guessLatencies(this.#roster.members)
    if (health !== undefined && work.agent.health !== undefined) {
      const changed = (one: Member, illness: string | undefined) => this.#fell(one, illness)
      this.#checks.set(member, new HealthCheck(member, { ...provision, changed }, health))
    }
    return member
  }

  #fell(member: Member, illness: string | undefined): void {
    const { clock, events } = this.#provision
    const wasIll = member.illness !== undefined
    member.illness = illness
    if (illness === undefined) this.ejections.cameBack(member, clock.monotonic())
    if (wasIll || illness === undefined) return
    member.since = clock.now()
    this.#roster.changed()
    const { healthyAfter, intervalMs } = this.#settings.health ?? { healthyAfter: 0, intervalMs: 0 }
    if (!events.observed) return
    const because = `unhealthy: ${illness}`
    events.emit('member.ejected', {
      pool: this.#pool,
      member: member.id,
      because,
      ejectedMs: healthyAfter * intervalMs,
    })
  }

  async #exit(member: Member): Promise<void> {
    const { events } = this.#provision
    this.#leaving.delete(member)
    this.#roster.remove(member)
    try {
      await this.#closed(member)
    } catch (cause) {
      throw closeFailed(this.#pool, [{ member: member.id, cause }])
    } finally {
      if (events.observed) events.emit('member.left', { pool: this.#pool, member: member.id })
    }
  }

  /** An agent is closed once, whoever wants it. */
  #closed(member: Member): Promise<void> {
    let closing = this.#closing.get(member)
    if (closing === undefined) {
      closing = (async () => member.work.agent.close?.())()
      this.#closing.set(member, closing)
    }
    return closing
  }

  #stopWatching(member: Member): void {
    this.#checks.get(member)?.stop()
    this.#checks.delete(member)
    this.ejections.forget(member)
  }

  /** What is made for each request is made by those that were there when the orchestrator was assembled. */
  #checkNeeds({ id, definition }: MemberSpec): void {
    const unmet = definition.requirements
      .filter(({ needs }) => Object.keys(needs).length > 0 && this.#provision.constants(needs) === undefined)
      .map(({ name, needs }) => `${Object.keys(needs).join(' and ')} for ${name}`)
    if (unmet.length > 0) throw poolFailure('pool.unmet_needs', { pool: this.#pool, member: id, needs: unmet })
  }
}

function closeFailed(pool: string, faults: readonly { readonly member: string; readonly cause: unknown }[]): Error {
  const members = faults.map(({ member, cause }) => ({ member, because: errorText(cause) }))
  const causes = faults.map(({ cause }) => cause)
  return poolFailure(
    'pool.close_failed',
    { pool, members },
    causes.length === 1 ? causes[0] : new AggregateError(causes),
  )
}
