import type { Clock, EventSink, Random, Scheduled } from '../../../ports/index.js'
import type { EjectionSettings } from '../pool-options.js'
import type { Member } from './member.js'
import { suspicion } from './outliers.js'
import type { Roster } from './roster.js'

export interface EjectionsDeps {
  readonly clock: Clock
  readonly random: Random
  readonly events: EventSink
  readonly roster: Roster
}

/** Takes members out for a while, because of how their calls end or by hand, and brings them back slowly. */
export class Ejections {
  readonly #pool: string
  readonly #deps: EjectionsDeps
  readonly #settings: EjectionSettings | undefined
  readonly #slowStartMs: number
  readonly #returns = new Map<Member, Scheduled>()
  /** When each came back last, and how long it had been out. */
  readonly #past = new WeakMap<Member, { readonly at: number; readonly forMs: number }>()

  #isClosed = false

  constructor(pool: string, deps: EjectionsDeps, settings: EjectionSettings | undefined, slowStartMs: number) {
    this.#pool = pool
    this.#deps = deps
    this.#settings = settings
    this.#slowStartMs = slowStartMs
  }

  /** A call failed: ejects the member if that is too much, and the pool can do without it. */
  judge(member: Member, now: number): void {
    const settings = this.#settings
    const { members } = this.#deps.roster
    if (settings === undefined || member.isBroken || this.#isClosed) return
    const because = suspicion(member, members, settings, now)
    if (because === undefined || !this.#canDoWithout(member, settings)) return
    const last = this.#past.get(member)
    // It did well for as long as it had been out: the past is forgotten.
    if (last !== undefined && now - last.at >= last.forMs + this.#slowStartMs) member.ejections = 0
    const wantedMs = settings.forMs * settings.growth ** member.ejections
    member.ejections++
    const lengthMs = wantedMs * (1 + settings.jitter * this.#deps.random.next())
    this.#eject(member, because, Math.min(settings.maxForMs, lengthMs), false)
  }

  ejectByHand(member: Member, forMs: number): void {
    this.#eject(member, 'ejected by hand', forMs, true)
  }

  /** Brings a member back, before its time if that is wanted; it starts slowly. */
  restore(member: Member): void {
    this.#returns.get(member)?.cancel()
    this.#returns.delete(member)
    if (member.ejection === undefined) return
    const { clock } = this.#deps
    const now = clock.monotonic()
    member.ejection = undefined
    member.recent.forget()
    this.cameBack(member, now)
  }

  /** A member can serve again: it is told, and gets its share bit by bit. */
  cameBack(member: Member, now: number): void {
    const { clock, events, roster } = this.#deps
    if (member.isBroken) return
    member.since = clock.now()
    member.startSlowly(now, this.#slowStartMs)
    roster.changed()
    if (events.observed) events.emit('member.restored', { pool: this.#pool, member: member.id })
  }

  /** Who leaves does not come back. */
  forget(member: Member): void {
    this.#returns.get(member)?.cancel()
    this.#returns.delete(member)
  }

  /** Brings nobody back any more. */
  close(): void {
    this.#isClosed = true
    for (const timer of this.#returns.values()) timer.cancel()
    this.#returns.clear()
  }

  #eject(member: Member, because: string, forMs: number, byHand: boolean): void {
    const { clock, events, roster } = this.#deps
    const now = clock.monotonic()
    member.ejection = { until: now + forMs, because, byHand }
    member.since = clock.now()
    if (!byHand) this.#past.set(member, { at: now + forMs, forMs })
    this.#returns.get(member)?.cancel()
    this.#returns.set(
      member,
      clock.schedule(forMs, () => this.restore(member)),
    )
    roster.changed()
    if (events.observed) {
      events.emit('member.ejected', { pool: this.#pool, member: member.id, because, ejectedMs: forMs })
    }
  }

  /** Not too many are out already, and for each of its operations there is another member that can serve. */
  #canDoWithout(member: Member, { maxShare }: EjectionSettings): boolean {
    const staying = this.#deps.roster.members.filter((one) => !one.isDraining)
    const ejected = staying.filter(({ ejection }) => ejection !== undefined && !ejection.byHand).length
    if (ejected >= Math.max(1, Math.floor(maxShare * staying.length))) return false
    const others = staying.filter((one) => one !== member && !one.isBroken && one.minLevel <= member.minLevel)
    return [...member.operations].every((operation) => others.some(({ operations }) => operations.has(operation)))
  }
}
