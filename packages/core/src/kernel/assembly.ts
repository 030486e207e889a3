import { kernelFailure } from './failures.js'
import { type Key, shownKey } from './key.js'
import { type Consumer, isLongLived, needsOf, type Part } from './part.js'

/** Who provides what, checked: every need is met, nobody needs himself, nothing long-lived needs the short-lived. */
export class Assembly {
  readonly #byKey: ReadonlyMap<Key, Part>
  /** The parts, each after all that it needs. */
  readonly ordered: readonly Part[]

  constructor(parts: readonly Part[], consumers: readonly Consumer[]) {
    this.#byKey = index(parts)
    this.ordered = this.#order(parts)
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

  #require(key: Key, path: readonly string[]): Part {
    const part = this.#byKey.get(key)
    if (part !== undefined) return part
    const names = [...this.#byKey.keys()].filter((known) => typeof known === 'string')
    throw kernelFailure('kernel.missing_need', { need: shownKey(key), path, nearest: nearestOf(key, names) })
  }

  #order(parts: readonly Part[]): Part[] {
    const ordered: Part[] = []
    const done = new Set<Part>()
    const path: Part[] = []
    const visit = (part: Part): void => {
      if (done.has(part)) return
      if (path.includes(part)) {
        const circle = [...path.slice(path.indexOf(part)), part].map(({ name }) => name)
        throw kernelFailure('kernel.circular_need', { path: circle })
      }
      path.push(part)
      for (const { key } of needsOf(part)) {
        visit(
          this.#require(
            key,
            path.map(({ name }) => name),
          ),
        )
      }
      path.pop()
      done.add(part)
      ordered.push(part)
    }
    for (const part of parts) visit(part)
    return ordered
  }

  #checkCaptives(part: Part): void {
    if (!isLongLived(part)) return
    for (const { key } of needsOf(part)) {
      const needed = this.#byKey.get(key)
      if (needed?.kind === 'source' && !isLongLived(needed)) {
        const lifetime = needed.lifetime === 'transient' ? 'use' : needed.lifetime
        throw kernelFailure('kernel.captive_need', { holder: part.name, need: shownKey(key), lifetime })
      }
    }
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

function nearestOf(key: Key, names: readonly string[]): string | undefined {
  if (typeof key !== 'string') return undefined
  return names.find((name) => name.toLowerCase() === key.toLowerCase())
}
