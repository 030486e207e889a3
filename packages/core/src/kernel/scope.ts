import type { Clock } from '../ports/index.js'
import type { Assembly } from './assembly.js'
import { closerOf } from './close-part.js'
import type { Container } from './container.js'
import { kernelFailure } from './failures.js'
import { type Key, type KeyedNeed, shownKey } from './key.js'
import { type PartFault, textOf } from './lifecycle.js'
import type { Part, SourcePart } from './part.js'
import type { Tenancy } from './tenancy.js'
import { within } from './within.js'

export interface ScopeDeps {
  readonly container: Container
  readonly assembly: Assembly
  readonly tenancy: Tenancy
  readonly clock: Clock
  readonly stopTimeoutMs: number
}

/** What one request (or one explicit scope) uses: it sees the orchestrator's parts, and what it makes is its own. */
export class Scope {
  readonly tenant: string | undefined
  readonly #deps: ScopeDeps
  readonly #container: Container
  readonly #overrides: ReadonlyMap<Key, Part>
  readonly #making = new Map<Key, Promise<unknown>>()
  readonly #undo: { readonly name: string; readonly undo: () => Promise<void> }[] = []
  readonly #abort = new AbortController()
  #closing: Promise<readonly PartFault[]> | undefined

  constructor(deps: ScopeDeps, tenant: string | undefined, overrides: readonly Part[] = []) {
    this.#deps = deps
    this.#container = deps.container.child()
    this.tenant = tenant
    this.#overrides = new Map(overrides.flatMap((part) => part.provides.map((key) => [key, part] as const)))
    for (const part of overrides) if (part.kind === 'value') this.#container.set(part.provides[0], part.value)
  }

  /** Whether a need would be met otherwise in this scope than in the orchestrator. */
  overrides(key: Key): boolean {
    return this.#overrides.has(key)
  }

  /** All that is needed, under the names by which it is needed. */
  async resolve(needs: readonly KeyedNeed[]): Promise<Record<string, unknown>> {
    const resolved: Record<string, unknown> = {}
    for (const { as, key } of needs) resolved[as] = await this.#get(key)
    return resolved
  }

  /** Closes what the scope made, last made first. Resolves with what could not be closed. */
  close(): Promise<readonly PartFault[]> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #get(key: Key): unknown {
    if (this.#closing !== undefined) throw kernelFailure('kernel.scope_closed', { need: shownKey(key) })
    const part = this.#overrides.get(key) ?? this.#deps.assembly.find(key)
    if (part?.kind !== 'source') return this.#container.get(key)
    if (part.lifetime === 'transient') return this.#make(part)
    if (part.lifetime === 'singleton' && !this.#overrides.has(key)) return this.#container.get(key)
    if (this.#container.hasOwn(key)) return this.#container.get(key)
    return this.#makeOnce(key, part)
  }

  #makeOnce(key: Key, part: SourcePart): Promise<unknown> {
    const underWay = this.#making.get(key)
    if (underWay !== undefined) return underWay
    const making = (async () => {
      try {
        const instance = await (part.lifetime === 'tenant' ? this.#useTenants(key, part) : this.#make(part))
        this.#container.set(key, instance)
        return instance
      } finally {
        this.#making.delete(key)
      }
    })()
    this.#making.set(key, making)
    return making
  }

  async #make(part: SourcePart): Promise<unknown> {
    const needs = await this.resolve(part.needs)
    const instance = await madeBy(part, () => part.source.make(needs, { tenant: this.tenant, signal: this.#abort.signal }))
    const undo = closerOf(part.source, instance)
    if (undo !== undefined) this.#undo.push({ name: part.name, undo })
    return instance
  }

  async #useTenants(key: Key, part: SourcePart): Promise<unknown> {
    const { tenancy } = this.#deps
    const { instance, release } = await madeBy(part, () => tenancy.use(key, part.source, part.name, this.tenant))
    this.#undo.push({ name: part.name, undo: async () => release() })
    return instance
  }

  async #close(): Promise<readonly PartFault[]> {
    this.#abort.abort()
    await Promise.allSettled(this.#making.values())
    const faults: PartFault[] = []
    for (const { name, undo } of this.#undo.reverse()) {
      try {
        await within(this.#deps.clock, this.#deps.stopTimeoutMs, `close ${name}`, undefined, undo)
      } catch (cause) {
        faults.push({ part: name, because: textOf(cause), cause })
      }
    }
    return faults
  }
}

async function madeBy<Result>(part: SourcePart, make: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await make()
  } catch (cause) {
    throw kernelFailure('kernel.part_not_made', { part: part.name, because: textOf(cause) }, cause)
  }
}
