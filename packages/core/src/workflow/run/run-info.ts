import type { Clock, SessionHandle } from '../../ports/index.js'
import type { RunInfo } from '../graph/index.js'

/** What the functions of a workflow know of the run. */
export class InfoOfRun implements RunInfo {
  readonly id: string
  readonly tenant: string | undefined
  readonly #session: string | undefined
  readonly #clock: Clock
  readonly #startedAt: number

  /** `startedAt` is in milliseconds since 1970. */
  constructor(
    run: { readonly id: string; readonly tenant: string | undefined; readonly session: string | undefined },
    clock: Clock,
    startedAt: number,
  ) {
    this.id = run.id
    this.tenant = run.tenant
    this.#session = run.session
    this.#clock = clock
    this.#startedAt = startedAt
  }

  get session(): SessionHandle | undefined {
    return this.#session === undefined ? undefined : { id: this.#session }
  }

  get startedAt(): Date {
    return new Date(this.#startedAt)
  }

  get elapsedMs(): number {
    return Math.max(0, this.#clock.now() - this.#startedAt)
  }
}
