import { type AgentHealth, type Clock, errorText, type Random, type Scheduled } from '../../../ports/index.js'
import type { HealthCheckSettings } from '../pool-options.js'
import type { Member } from './member.js'

export interface HealthCheckDeps {
  readonly clock: Clock
  readonly random: Random
  /** The member is ill from now on, or well again. */
  readonly changed: (member: Member, illness: string | undefined) => void
}

/** Asks one member again and again how it is, as long as it is a member. */
export class HealthCheck {
  readonly #member: Member
  readonly #deps: HealthCheckDeps
  readonly #settings: HealthCheckSettings
  #timer: Scheduled | undefined
  #asking: AbortController | undefined
  #isStopped = false
  #bad = 0
  #good = 0

  constructor(member: Member, deps: HealthCheckDeps, settings: HealthCheckSettings) {
    this.#member = member
    this.#deps = deps
    this.#settings = settings
    // So that not all members are asked at the same moment.
    this.#askIn(settings.intervalMs * deps.random.next())
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#asking?.abort()
  }

  #askIn(delayMs: number): void {
    this.#timer = this.#deps.clock.schedule(delayMs, () => this.#ask())
  }

  #ask(): void {
    const { timeoutMs } = this.#settings
    const asking = new AbortController()
    this.#asking = asking
    this.#timer = this.#deps.clock.schedule(timeoutMs, () => {
      this.#answered(asking, { ok: false, reason: `no answer within ${timeoutMs} ms` })
      asking.abort()
    })
    void this.#answer(asking.signal).then(
      (health) => this.#answered(asking, health),
      (error: unknown) => this.#answered(asking, { ok: false, reason: errorText(error) }),
    )
  }

  async #answer(signal: AbortSignal): Promise<AgentHealth> {
    const { ok, reason } = (await this.#member.work.agent.health?.({ signal })) ?? { ok: false, reason: 'no answer' }
    return { ok: ok === true, reason: reason === undefined ? 'it says so' : String(reason) }
  }

  #answered(asking: AbortController, { ok, reason = '' }: AgentHealth): void {
    // Too late, or about somebody who left.
    if (this.#isStopped || this.#asking !== asking) return
    this.#asking = undefined
    this.#timer?.cancel()
    this.#bad = ok ? 0 : this.#bad + 1
    this.#good = ok ? this.#good + 1 : 0
    const member = this.#member
    const { unhealthyAfter, healthyAfter, intervalMs } = this.#settings
    if (member.illness === undefined ? this.#bad >= unhealthyAfter : !ok) this.#deps.changed(member, reason)
    else if (member.illness !== undefined && this.#good >= healthyAfter) this.#deps.changed(member, undefined)
    this.#askIn(intervalMs)
  }
}
