import type { Clock, Scheduled } from '../ports/index.js'
import { closerOf } from './close-part.js'
import type { Key } from './key.js'
import type { PartFault } from './lifecycle.js'
import { textOf } from './lifecycle.js'
import type { Source } from './source.js'
import { within } from './within.js'

export interface TenancyOptions {
  /** How long what was made for a tenant is kept when nobody uses it. */
  readonly tenantIdleMs: number
  readonly stopTimeoutMs: number
}

/** One thing made for one tenant, with how many scopes are using it. */
interface Tenanted {
  readonly source: Source
  readonly name: string
  readonly made: Promise<unknown>
  users: number
  idle: Scheduled | undefined
}

/** What was made for each tenant: once, shared by all who use it at the time, closed when idle. */
export class Tenancy {
  readonly #byKey = new Map<Key, Map<string | undefined, Tenanted>>()
  readonly #clock: Clock
  readonly #options: TenancyOptions
  readonly #report: (fault: PartFault) => void
  readonly #closing = new Set<Promise<void>>()
  readonly #abort = new AbortController()

  constructor(clock: Clock, options: TenancyOptions, report: (fault: PartFault) => void) {
    this.#clock = clock
    this.#options = options
    this.#report = report
  }

  /** Takes a tenant's own instance into use; `release` gives it back. */
  async use(
    key: Key,
    source: Source,
    name: string,
    tenant: string | undefined,
  ): Promise<{ readonly instance: unknown; release(): void }> {
    const tenants = this.#byKey.get(key) ?? new Map<string | undefined, Tenanted>()
    this.#byKey.set(key, tenants)
    const one = tenants.get(tenant) ?? this.#make(tenants, source, name, tenant)
    one.users++
    one.idle?.cancel()
    one.idle = undefined
    try {
      const instance = await one.made
      return { instance, release: () => this.#release(tenants, tenant, one) }
    } catch (error) {
      // The next one tries again; those who wait now share this failure.
      if (tenants.get(tenant) === one) tenants.delete(tenant)
      throw error
    }
  }

  /** Closes all, used or not, and resolves when all have been told. */
  async close(): Promise<void> {
    this.#abort.abort()
    for (const tenants of this.#byKey.values()) {
      for (const one of tenants.values()) this.#closeOne(one)
      tenants.clear()
    }
    await Promise.all(this.#closing)
  }

  #make(tenants: Map<string | undefined, Tenanted>, source: Source, name: string, tenant: string | undefined): Tenanted {
    const made = (async () => source.make({}, { tenant, signal: this.#abort.signal }))()
    const one: Tenanted = { source, name, made, users: 0, idle: undefined }
    tenants.set(tenant, one)
    return one
  }

  #release(tenants: Map<string | undefined, Tenanted>, tenant: string | undefined, one: Tenanted): void {
    one.users--
    if (one.users > 0 || tenants.get(tenant) !== one) return
    one.idle = this.#clock.schedule(one.source.idleMs ?? this.#options.tenantIdleMs, () => {
      tenants.delete(tenant)
      this.#closeOne(one)
    })
  }

  #closeOne(one: Tenanted): void {
    one.idle?.cancel()
    const closing = (async () => {
      const instance = await one.made.catch(() => undefined)
      const close = closerOf(one.source, instance)
      if (close === undefined) return
      try {
        await within(this.#clock, this.#options.stopTimeoutMs, `close ${one.name}`, undefined, close)
      } catch (cause) {
        this.#report({ part: one.name, because: textOf(cause), cause })
      }
    })()
    this.#closing.add(closing)
    void closing.finally(() => this.#closing.delete(closing))
  }
}
