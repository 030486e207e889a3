import type { Needs } from '../ports/index.js'

/** Where the short-lived needs of one request are made, and closed at its end. */
export interface RequestScope {
  /** Whether it was given parts of its own. */
  readonly overrides: boolean
  resolve(needs: Needs): Promise<Readonly<Record<string, unknown>>>
  close(): Promise<void>
}

/** What all calls of one request share: its scope, opened when something first needs it. */
export class Request {
  readonly #open: (tenant: string | undefined) => RequestScope
  readonly #tenant: string | undefined
  #own: RequestScope | undefined
  readonly #given: RequestScope | undefined

  /** `given` is a scope that somebody else opened, and closes. */
  constructor(
    open: (tenant: string | undefined) => RequestScope,
    tenant: string | undefined,
    given: RequestScope | undefined,
  ) {
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

  resolve(needs: Needs): Promise<Readonly<Record<string, unknown>>> {
    const scope = this.#given ?? (this.#own ??= this.#open(this.#tenant))
    return scope.resolve(needs)
  }

  async close(): Promise<void> {
    await this.#own?.close()
  }
}
