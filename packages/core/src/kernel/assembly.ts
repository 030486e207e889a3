import { nearestName } from '../ports/index.js'
import { kernelFailure } from './failures.js'
import { type Key, shownKey } from './key.js'
import { orderByNeeds } from './order-by-needs.js'
import { type Consumer, isLongLived, needsOf, type Part } from './part.js'

/** Who provides what, checked: every need is met, nobody needs himself, nothing long-lived needs the short-lived. */
export class Assembly {
  readonly #byKey: ReadonlyMap<Key, Part>
  /** The parts, each after all that it needs. */
  readonly ordered: readonly Part[]

  constructor(parts: readonly Part[], consumers: readonly Consumer[]) {
    this.#byKey = index(parts)
    const require = (key: Key, path: readonly string[]) => this.#require(key, path)
    this.ordered = orderByNeeds(parts, { needsOf, require })
    for (const consumer of consumers) {
      for (const { key } of consumer.needs) this.#require(key, [consumer.name])
    }
    for (const part of parts) this.#checkCaptives(part)
  }

  find(key: Key): Part | undefined {
    return this.#byKey.get(key)
  }

  /** The parts that a part needs. */
  neededBy(part: Part): readonly Part[] {
    return needsOf(part).map(({ key }) => this.#require(key, [part.name]))
  }

  /** The part that fills a port from the orchestrator's start to its close. */
  lasting(key: Key, holder: string): Part {
    const part = this.#require(key, [holder])
    if (!isLongLived(part)) throw captiveNeed(holder, key, part)
    return part
  }

  /** Checks that a scope's own parts find what they need, among themselves or here, and do not need themselves. */
  checkOverrides(overrides: ReadonlyMap<Key, Part>): void {
    const own = new Set(overrides.values())
    orderByNeeds([...own], {
      // What lives as long as the orchestrator was made before, and sees nothing of a scope.
      needsOf: (part) => (own.has(part) || !isLongLived(part) ? needsOf(part) : []),
      require: (key, path) => overrides.get(key) ?? this.#require(key, path, [...overrides.keys()]),
    })
  }

  #require(key: Key, path: readonly string[], alsoKnown: readonly Key[] = []): Part {
    const part = this.#byKey.get(key)
    if (part !== undefined) return part
    const names = [...this.#byKey.keys(), ...alsoKnown].filter((known) => typeof known === 'string')
    const nearest = typeof key === 'string' ? nearestName(key, names) : undefined
    throw kernelFailure('kernel.missing_need', { need: shownKey(key), path, nearest })
  }

  #checkCaptives(part: Part): void {
    if (!isLongLived(part)) return
    for (const { key } of needsOf(part)) this.lasting(key, part.name)
  }
}

function index(parts: readonly Part[]): Map<Key, Part> {
  const byKey = new Map<Key, Part>()
  for (const part of parts) {
    for (const key of part.provides) {
      const other = byKey.get(key)
      if (other !== undefined) {
        throw kernelFailure('kernel.duplicate_provider', { what: shownKey(key), providers: [other.name, part.name] })
      }
      byKey.set(key, part)
    }
  }
  return byKey
}

function captiveNeed(holder: string, key: Key, part: Part) {
  const made = part.kind === 'source' ? part.lifetime : 'singleton'
  const lifetime = made === 'transient' ? 'use' : made
  return kernelFailure('kernel.captive_need', { holder, need: shownKey(key), lifetime })
}
