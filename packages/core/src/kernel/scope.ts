import { classify, isFailure, errorText, type Clock } from '../ports/index.js'
import type { Assembly } from './assembly.js'
import { closerOf } from './close-part.js'
import type { Container } from './container.js'
import { kernelFailure } from './failures.js'
import { type Key, type KeyedNeed, shownKey } from './key.js'
import type { Part, SourcePart } from './part.js'
import { faultOf, type PartFault } from './part-fault.js'
import type { Ending } from './source.js'
import type { Tenancy } from './tenancy.js'
import { within } from './within.js'

export interface ScopeDeps {
  readonly container: Container
  readonly assembly: Assembly
  readonly tenancy: Tenancy
  readonly clock: Clock
  readonly stopTimeoutMs: number
  /** The scopes that hold something, from when they first make it until they are closed. */
  readonly holding: Set<Scope>
  /** Is told of what was made after its scope was closed, and could not be closed. */
  report(fault: PartFault): void
}

/** What is made after its scope was closed is of no use to anybody. */
const tooLateForIt: Ending = { failure: 'the scope is closed' }

interface Undo {
  readonly name: string
  readonly undo: (ending: Ending) => Promise<void>
}

/** What one request (or one explicit scope) uses: it sees the orchestrator's parts, and what it makes is its own. */
export class Scope {
  readonly tenant: string | undefined
  readonly #deps: ScopeDeps
  readonly #container: Container
  readonly #overrides: ReadonlyMap<Key, Part>
  /** What is being made once for the whole scope. */
  readonly #shared = new Map<Key, Promise<unknown>>()
  /** All that is being made. */
  readonly #making = new Map<Promise<unknown>, string>()
  readonly #undo: Undo[] = []
  readonly #abort = new AbortController()
  #closing: Promise<readonly PartFault[]> | undefined
  #isUndone = false

  constructor(deps: ScopeDeps, tenant: string | undefined, overrides: ReadonlyMap<Key, Part>) {
    this.#deps = deps
    this.#container = deps.container.child()
    this.tenant = tenant
    this.#overrides = overrides
    for (const [key, part] of overrides) if (part.kind === 'value') this.#container.set(key, part.value)
  }

  /** All that is needed, under the names by which it is needed. */
  async resolve(needs: readonly KeyedNeed[]): Promise<Record<string, unknown>> {
    const making = needs.map(({ key }) => this.#make(key))
    const made = await Promise.all(making.map((one) => Promise.resolve(one)))
    // What was made meanwhile has been closed with the scope.
    if (this.#closing !== undefined)
      throw kernelFailure('kernel.scope_closed', { need: needs.map(({ as }) => as).join(', ') })
    return Object.fromEntries(
      needs.map(({ as, key }, index) => [
        as,
        // What was ready before is handed on as it is: a promise that was provided stays one.
        making[index] === undefined ? this.#container.get(key) : made[index],
      ]),
    )
  }

  /** Closes what the scope made, last made first, telling it how it ended. Resolves with what could not be closed. */
  close(ending: Ending = {}): Promise<readonly PartFault[]> {
    this.#closing ??= this.#close(ending)
    return this.#closing
  }

  /** Makes what is not ready in this scope. */
  #make(key: Key): Promise<unknown> | undefined {
    if (this.#closing !== undefined) throw kernelFailure('kernel.scope_closed', { need: shownKey(key) })
    const part = this.#overrides.get(key) ?? this.#deps.assembly.find(key)
    if (part?.kind !== 'source') return undefined
    if (part.lifetime === 'transient') return this.#begin(part, this.#makeOne(part))
    if (part.lifetime === 'singleton' && !this.#overrides.has(key)) return undefined
    if (this.#container.hasOwn(key)) return undefined
    const underWay = this.#shared.get(key)
    if (underWay !== undefined) return underWay
    const making = this.#begin(part, this.#makeShared(key, part))
    this.#shared.set(key, making)
    return making
  }

  #begin(part: SourcePart, making: Promise<unknown>): Promise<unknown> {
    this.#deps.holding.add(this)
    this.#making.set(making, part.name)
    const over = () => this.#making.delete(making)
    making.then(over, over)
    return making
  }

  async #makeShared(key: Key, part: SourcePart): Promise<unknown> {
    try {
      const instance = await (part.lifetime === 'tenant' ? this.#useTenants(part) : this.#makeOne(part))
      this.#container.set(key, instance)
      return instance
    } finally {
      this.#shared.delete(key)
    }
  }

  async #makeOne(part: SourcePart): Promise<unknown> {
    const needs = await this.resolve(part.needs)
    const maker = { tenant: this.tenant, signal: this.#abort.signal }
    const instance = await madeBy(part, () => part.source.make(needs, maker))
    const undo = closerOf(part.source, instance, needs)
    if (undo !== undefined) this.#keep({ name: part.name, undo })
    return instance
  }

  async #useTenants(part: SourcePart): Promise<unknown> {
    const used = await madeBy(part, () => this.#deps.tenancy.use(part, this.tenant))
    this.#keep({ name: part.name, undo: async () => used.release() })
    return used.instance
  }

  #keep(undo: Undo): void {
    if (!this.#isUndone) this.#undo.push(undo)
    else void this.#undoOne(undo, tooLateForIt).then((fault) => fault && this.#deps.report(fault))
  }

  async #close(ending: Ending): Promise<readonly PartFault[]> {
    this.#abort.abort()
    if (this.#making.size > 0) await this.#settled()
    this.#isUndone = true
    const faults = Array.from(this.#making.values(), (name) => faultOf(name, this.#tooLate(`make ${name}`)))
    for (const one of this.#undo.splice(0).reverse()) {
      const fault = await this.#undoOne(one, ending)
      if (fault !== undefined) faults.push(fault)
    }
    this.#deps.holding.delete(this)
    return faults
  }

  /** Waits, as long as closing one part may take, for those being made. */
  async #settled(): Promise<void> {
    try {
      await this.#inTime('make parts', () => Promise.allSettled(this.#making.keys()))
    } catch {
      // What hangs is reported by name, and closed should it still be made.
    }
  }

  async #undoOne({ name, undo }: Undo, ending: Ending): Promise<PartFault | undefined> {
    try {
      await this.#inTime(`close ${name}`, () => undo(ending))
      return undefined
    } catch (cause) {
      return faultOf(name, cause)
    }
  }

  #inTime<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    return within({ clock: this.#deps.clock, timeoutMs: this.#deps.stopTimeoutMs, what }, work)
  }

  #tooLate(what: string) {
    return kernelFailure('kernel.too_late', { what, timeoutMs: this.#deps.stopTimeoutMs })
  }
}

async function madeBy<Result>(part: SourcePart, make: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await make()
  } catch (cause) {
    // A failure says itself what it is; whoever made the part may have a code for it.
    if (isFailure(cause)) throw cause
    const retryable = classify(cause) === 'retry'
    throw kernelFailure('kernel.part_not_made', { part: part.name, because: errorText(cause), retryable }, cause)
  }
}
