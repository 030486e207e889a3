import { type Needs, type Resolved, shown } from '../ports/index.js'
import { kernelFailure } from './failures.js'

/** How long one instance serves: the orchestrator's life, one scope (a request), or a single use. */
export type Lifetime = 'singleton' | 'scope' | 'transient' | 'tenant'

const brand = Symbol.for('baton.source')

/** How a part is made: what it needs, how long it serves, how it is closed. Anything else in `provide` is a value. */
export interface Source<out T = unknown> {
  readonly [brand]: Lifetime
  readonly needs: Needs
  readonly make: (needs: Record<string, unknown>, maker: Maker) => T | Promise<T>
  readonly close: ((part: unknown, ending: Ending) => void | Promise<void>) | undefined
  readonly idleMs?: number | undefined
}

/** How that ended for which a part was made. */
export interface Ending {
  /** What the request failed with; nothing when it succeeded, and for parts that are no request's. */
  readonly failure?: unknown
}

/** For whom something is made. */
export interface Maker {
  readonly tenant: string | undefined
  /** Aborts when what is being made is no longer wanted. */
  readonly signal: AbortSignal
}

/** A class that says what its constructor needs, by name. */
export interface ClassWithDeps<T, N extends Needs> {
  new (deps: Resolved<N>): T
  readonly deps: N
}

export interface SourceOptions<T, N extends Needs> {
  readonly needs?: N
  /**
   * How it is closed; without it, by `Symbol.asyncDispose` or `Symbol.dispose` where it has one. A request whose part
   * cannot be closed fails: a unit of work may commit here, or, if there is a failure, roll back.
   */
  readonly close?: (part: T, ending: Ending) => void | Promise<void>
}

interface Provider {
  <T, N extends Needs>(from: ClassWithDeps<T, N>, options?: Omit<SourceOptions<T, N>, 'needs'>): Source<T>
  <T, N extends Needs = {}>(
    from: (needs: Resolved<N>, maker: Maker) => T | Promise<T>,
    options?: SourceOptions<T, N>,
  ): Source<T>
}

/** Made once, when the orchestrator starts, and closed with it. Takes a factory, or a class with its static `deps`. */
export const singleton: Provider = provider('singleton')

/** Made once in each scope that needs it, and closed with that scope. A request that `ask` begins is a scope. */
export const scoped: Provider = provider('scope')

/** Made for each use, and closed with the scope in which it was used. */
export const transient: Provider = provider('transient')

/** Made once for each tenant, when first needed, and closed when nobody has used it for a while. */
export function perTenant<T>(
  make: (tenant: string | undefined, signal: AbortSignal) => T | Promise<T>,
  options: { readonly close?: (part: T) => void | Promise<void>; readonly idleMs?: number } = {},
): Source<T> {
  if (typeof make !== 'function') throw cannotBeMade(make, 'perTenant', 'Give a function of the tenant.')
  return {
    [brand]: 'tenant',
    needs: {},
    make: (_, { tenant, signal }) => make(tenant, signal),
    close: options.close as Source['close'],
    idleMs: options.idleMs,
  }
}

export function lifetimeOf(source: Source): Lifetime {
  return source[brand]
}

export function isSource(provided: unknown): provided is Source {
  return typeof provided === 'object' && provided !== null && brand in provided
}

function provider(lifetime: Lifetime): Provider {
  return (from: unknown, options: SourceOptions<never, Needs> = {}): Source<never> => {
    const isClass = typeof from === 'function' && 'deps' in from
    if (typeof from !== 'function' || (!isClass && /^class\b/.test(Function.prototype.toString.call(from)))) {
      const remedy = 'Give a factory, or a class with `static deps = { db: need<Db>() }` (`{}` when it needs nothing).'
      throw cannotBeMade(from, lifetime === 'scope' ? 'scoped' : lifetime, remedy)
    }
    return {
      [brand]: lifetime,
      needs: isClass ? (from as unknown as ClassWithDeps<never, Needs>).deps : (options.needs ?? {}),
      make: (isClass
        ? (needs: never) => new (from as unknown as ClassWithDeps<never, Needs>)(needs)
        : from) as Source<never>['make'],
      close: options.close as Source['close'],
    }
  }
}

function cannotBeMade(from: unknown, by: string, remedy: string) {
  return kernelFailure('kernel.invalid_part', { part: shown(from), because: `cannot be made by ${by}()`, remedy })
}
