import type { Clock, Interceptor, Needs, Token } from '../ports/index.js'
import { Assembly } from './assembly.js'
import { closerOf } from './close-part.js'
import { collectParts, type PartSources, partOf } from './collect-parts.js'
import { Container } from './container.js'
import type { EventEmitter } from './event-emitter.js'
import { type Key, type KeyedNeed, keyedNeeds } from './key.js'
import { Lifecycle, type LifecycleOptions } from './lifecycle.js'
import { type Consumer, isLongLived, type Part, type PluginPart, type SourcePart } from './part.js'
import type { PartFault } from './part-fault.js'
import { Scope, type ScopeDeps } from './scope.js'
import type { Startable } from './startable.js'
import { startablePlugin } from './startable-plugin.js'
import { Tenancy, type TenancyOptions } from './tenancy.js'

export interface KernelInit extends PartSources {
  /** Whoever needs something and provides nothing. */
  readonly consumers: readonly Consumer[]
  readonly clock: Clock
  readonly events: EventEmitter
  readonly options: LifecycleOptions & TenancyOptions
  intercept(interceptor: Interceptor): Disposable
  /** Is told of a part that could not be closed when nobody waited for it. */
  report(fault: PartFault): void
}

/** The frame: makes, starts, hands out and closes the parts of one orchestrator. It shares nothing with another one. */
export class Kernel {
  readonly #init: KernelInit
  readonly #assembly: Assembly
  readonly #lifecycle: Lifecycle
  readonly #scopeDeps: ScopeDeps
  #closing: Promise<readonly PartFault[]> | undefined

  /** Checks that everything fits together; nothing is started yet. */
  static async assemble(init: KernelInit): Promise<Kernel> {
    const assembly = new Assembly(collectParts(init), init.consumers)
    return new Kernel(init, assembly, await Container.open())
  }

  private constructor(init: KernelInit, assembly: Assembly, container: Container) {
    this.#init = init
    this.#assembly = assembly
    const { clock, options } = init
    const report = (fault: PartFault) => init.report(fault)
    const tenancy = new Tenancy({ clock, report }, options)
    const { stopTimeoutMs } = options
    this.#scopeDeps = { container, assembly, tenancy, clock, stopTimeoutMs, holding: new Set(), report }
    this.#lifecycle = new Lifecycle(this.#startables(), { clock, report }, options)
  }

  start(): Promise<void> {
    return this.#lifecycle.start()
  }

  /** Takes charge of something that uses the parts: it is closed before they are. */
  adopt(name: string, close: () => void | Promise<void>): void {
    this.#lifecycle.adopt(name, close)
  }

  /**
   * Gives up a start under way; then closes the scopes still open, what tenants use, and all parts in reverse order.
   * Resolves with those that could not be closed.
   */
  close(because?: unknown): Promise<readonly PartFault[]> {
    this.#lifecycle.giveUp(because)
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** What fills a port, once started. */
  get<Port>(token: Token<Port>): Port {
    this.#assembly.lasting(token.key, 'the orchestrator')
    return this.#scopeDeps.container.get(token.key) as Port
  }

  /** What is needed, if all of it lives as long as the orchestrator; else it has to be resolved in a scope. */
  constants(needs: Needs): Readonly<Record<string, unknown>> | undefined {
    const keyed = keyedNeeds(needs)
    const parts = keyed.map(({ key }) => this.#assembly.find(key))
    if (parts.some((part) => part === undefined || !isLongLived(part))) return undefined
    return this.#resolved(keyed)
  }

  /** Opens a scope; what `provide` overrides is seen in it alone. */
  scope(tenant: string | undefined, provide: Readonly<Record<string, unknown>> = {}): Scope {
    const overrides = new Map<Key, Part>()
    for (const [name, part] of Object.entries(provide)) overrides.set(name, partOf(name, `provide.${name}`, part))
    if (overrides.size > 0) this.#assembly.checkOverrides(overrides)
    const scope = new Scope(this.#scopeDeps, tenant, overrides)
    // What a scope would use is gone by then.
    if (this.#closing !== undefined) void scope.close()
    return scope
  }

  async #close(): Promise<readonly PartFault[]> {
    const { holding, tenancy } = this.#scopeDeps
    const ofScopes = await Promise.all(Array.from(holding, (scope) => scope.close()))
    const ofTenants = await tenancy.close()
    const ofParts = await this.#lifecycle.stop()
    return [...ofScopes.flat(), ...ofTenants, ...ofParts]
  }

  #startables(): readonly Startable[] {
    const startables = new Map<Part, Startable>()
    const { container } = this.#scopeDeps
    for (const part of this.#assembly.ordered) {
      if (part.kind === 'value') container.set(part.provides[0], part.value)
      else if (isLongLived(part)) {
        const needs = this.#assembly.neededBy(part).flatMap((needed) => startables.get(needed) ?? [])
        startables.set(part, part.kind === 'plugin' ? this.#plugin(part, needs) : this.#singleton(part, needs))
      }
    }
    return [...startables.values()]
  }

  #singleton(part: SourcePart, needs: readonly Startable[]): Startable {
    const { container } = this.#scopeDeps
    return {
      name: part.name,
      needs,
      start: async (signal) => {
        const resolved = this.#resolved(part.needs)
        const instance = await part.source.make(resolved, { tenant: undefined, signal })
        container.set(part.provides[0], instance)
        return closerOf(part.source, instance, resolved)
      },
    }
  }

  #plugin(part: PluginPart, needs: readonly Startable[]): Startable {
    const { events } = this.#init
    const { container } = this.#scopeDeps
    return startablePlugin(part, needs, {
      events,
      intercept: (interceptor) => this.#init.intercept(interceptor),
      resolve: () => this.#resolved(part.needs),
      fill: (key, port) => container.set(key, port),
    })
  }

  #resolved(needs: readonly KeyedNeed[]): Record<string, unknown> {
    const { container } = this.#scopeDeps
    return Object.fromEntries(needs.map(({ as, key }) => [as, container.get(key)]))
  }
}
