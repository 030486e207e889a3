import type { Clock, Scheduled } from '../ports/index.js'
import { closerOf } from './close-part.js'
import { kernelFailure } from './failures.js'
import type { SourcePart } from './part.js'
import { faultOf, type PartFault } from './part-fault.js'
import type { Source } from './source.js'
import { within } from './within.js'

export interface TenancyOptions {
  /** How long what was made for a tenant is kept when nobody uses it. */
  readonly tenantIdleMs: number
  /** How long it may take to be made. */
  readonly startTimeoutMs: number
  readonly stopTimeoutMs: number
}

export interface TenancyDeps {
  readonly clock: Clock
  /** Is told of what could not be closed when it was idle. */
  report(fault: PartFault): void
}

/** A tenant's own instance, in use until it is released. */
export interface Used {
  readonly instance: unknown
  release(): void
}

/** One thing made for one tenant, with how many scopes are using it. */
interface Tenanted {
  readonly part: SourcePart
  readonly made: Promise<unknown>
  users: number
  idle: Scheduled | undefined
}

type Tenants = Map<string | undefined, Tenanted>

/** What was made for each tenant: once, shared by all who use it at the time, closed when idle. */
export class Tenancy {
  // By source, not by key: what a scope provides under a name is not what the orchestrator provides under it.
  readonly #bySource = new Map<Source, Tenants>()
  readonly #deps: TenancyDeps
  readonly #options: TenancyOptions
  readonly #closing = new Set<Promise<PartFault | undefined>>()
  readonly #abort = new AbortController()

  constructor(deps: TenancyDeps, options: TenancyOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** Takes a tenant's own instance into use; `release` gives it back. */
  async use(part: SourcePart, tenant: string | undefined): Promise<Used> {
    if (this.#abort.signal.aborted) throw kernelFailure('kernel.scope_closed', { need: part.name })
    const tenants: Tenants = this.#bySource.get(part.source) ?? new Map()
    this.#bySource.set(part.source, tenants)
    const one = tenants.get(tenant) ?? this.#make(tenants, part, tenant)
    one.users++
    one.idle?.cancel()
    one.idle = undefined
    try {
      return { instance: await one.made, release: () => this.#release(tenants, tenant, one) }
    } catch (error) {
      // The next one tries again; those who wait now share this failure.
      this.#forget(tenants, tenant, one)
      throw error
    }
  }

  /** Closes all, used or not, those being made too; resolves with what could not be closed. */
  async close(): Promise<readonly PartFault[]> {
    this.#abort.abort()
    for (const tenants of this.#bySource.values()) {
      for (const one of tenants.values()) void this.#closeOne(one)
    }
    this.#bySource.clear()
    const faults = await Promise.all(this.#closing)
    return faults.filter((fault) => fault !== undefined)
  }

  #make(tenants: Tenants, part: SourcePart, tenant: string | undefined): Tenanted {
    const { source, name } = part
    const made = within(
      {
        clock: this.#deps.clock,
        timeoutMs: this.#options.startTimeoutMs,
        what: `make ${name}`,
        signal: this.#abort.signal,
        late: (work) => void this.#closeWhenMade(part, work),
      },
      async (signal) => source.make({}, { tenant, signal }),
    )
    const one: Tenanted = { part, made, users: 0, idle: undefined }
    tenants.set(tenant, one)
    return one
  }

  #release(tenants: Tenants, tenant: string | undefined, one: Tenanted): void {
    one.users--
    if (one.users > 0 || tenants.get(tenant) !== one || this.#abort.signal.aborted) return
    one.idle = this.#deps.clock.schedule(one.part.source.idleMs ?? this.#options.tenantIdleMs, () => {
      this.#forget(tenants, tenant, one)
      void this.#closeOne(one).then((fault) => fault && this.#deps.report(fault))
    })
  }

  #forget(tenants: Tenants, tenant: string | undefined, one: Tenanted): void {
    if (tenants.get(tenant) === one) tenants.delete(tenant)
    if (tenants.size === 0 && this.#bySource.get(one.part.source) === tenants) this.#bySource.delete(one.part.source)
  }

  #closeOne(one: Tenanted): Promise<PartFault | undefined> {
    one.idle?.cancel()
    return this.#closeWhenMade(one.part, one.made)
  }

  #closeWhenMade({ source, name }: SourcePart, made: Promise<unknown>): Promise<PartFault | undefined> {
    const patience = { clock: this.#deps.clock, timeoutMs: this.#options.stopTimeoutMs, what: `close ${name}` }
    const close = async () => {
      const outcome = await made.then(
        (instance) => ({ instance }),
        // Nothing was made, so there is nothing to close.
        () => undefined,
      )
      if (outcome !== undefined) await closerOf(source, outcome.instance)?.()
    }
    const closing = within(patience, close).then(
      () => undefined,
      (cause: unknown) => faultOf(name, cause),
    )
    this.#closing.add(closing)
    void closing.then(() => this.#closing.delete(closing))
    return closing
  }
}
