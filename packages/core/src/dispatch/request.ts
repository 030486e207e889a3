import type { AgentMessage, Needs } from '../ports/index.js'
import type { Ledger } from './budget/index.js'
import { dispatchFailure } from './failures.js'

/** Where the short-lived needs of one request are made, and closed at its end. */
export interface RequestScope {
  readonly tenant: string | undefined
  /** Whether it was given parts of its own. */
  readonly overrides: boolean
  resolve(needs: Needs): Promise<Readonly<Record<string, unknown>>>
  /** Rejects when something could not be closed, unless it is closed because of a failure, which tells more. */
  close(failure?: unknown): Promise<void>
}

/** What all calls of one request share: its tenant, and its scope, opened when something first needs it. */
export class Request {
  /** What it has spent and may spend. */
  readonly ledger: Ledger
  readonly #open: (tenant: string | undefined) => RequestScope
  readonly #given: RequestScope | undefined
  /** Is told how far its calls are. */
  progressed: ((message: AgentMessage, data: unknown) => void) | undefined
  #tenant: string | undefined
  #own: RequestScope | undefined
  #isOver = false

  /** `given` is a scope that somebody else opened, and closes. */
  constructor(
    open: (tenant: string | undefined) => RequestScope,
    tenant: string | undefined,
    given: RequestScope | undefined,
    ledger: Ledger,
  ) {
    this.ledger = ledger
    this.#open = open
    this.#tenant = tenant
    this.#given = given
  }

  get overridesNeeds(): boolean {
    return this.#given?.overrides === true
  }

  /** Whether there is a scope that has to be closed when the request is over. */
  get opened(): boolean {
    return this.#own !== undefined
  }

  /** Has the request be another tenant's, as long as nothing was made for it yet; false when it is too late. */
  becomeOf(tenant: string | undefined): boolean {
    if (tenant === this.#tenant) return true
    if (this.#own !== undefined || this.#given !== undefined) return false
    this.#tenant = tenant
    return true
  }

  async resolve(needs: Needs): Promise<Readonly<Record<string, unknown>>> {
    // What is made after the end would never be closed.
    if (this.#isOver) throw dispatchFailure('dispatch.request_over', {})
    this.#own ??= this.#given === undefined ? this.#open(this.#tenant) : undefined
    return (this.#given ?? (this.#own as RequestScope)).resolve(needs)
  }

  end(failure: unknown): Promise<void> | undefined {
    this.#isOver = true
    return this.#own?.close(failure)
  }
}
