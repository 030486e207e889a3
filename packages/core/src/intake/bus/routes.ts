import { EventEmitter } from 'eventemitter3'
import { isTopic } from './place.js'
import { isPattern, matcherOf } from './topic-pattern.js'

/** Someone to whom what goes along a route is offered. */
export interface Outlet<Item> {
  /** Takes it in, or tells that it is not for this outlet. */
  readonly offer: (item: Item) => boolean
}

interface PatternRoute<Item> {
  readonly matches: (topic: string) => boolean
  readonly outlet: Outlet<Item>
}

/** Names of topics may be made up without end: only so many are remembered. */
const mostTopics = 10_000

/** Which outlets there are for which topic, found anew when a topic is first used or something has changed. */
export class Routes<Item> {
  /** The routes as they were found: a topic's listeners are its outlets. */
  readonly #found = new EventEmitter()
  readonly #topics = new Set<string>()
  readonly #exact = new Map<string, Set<Outlet<Item>>>()
  readonly #patterns = new Set<PatternRoute<Item>>()

  /** Adds an outlet for a topic or pattern, until what it returns is called. */
  add(topic: string, outlet: Outlet<Item>): () => void {
    if (isPattern(topic)) {
      const route = { matches: matcherOf(topic), outlet }
      this.#patterns.add(route)
      this.#forgetAll()
      return () => {
        this.#patterns.delete(route)
        this.#forgetAll()
      }
    }
    const outlets = this.#exact.get(topic) ?? new Set()
    this.#exact.set(topic, outlets)
    outlets.add(outlet)
    this.#forget(topic)
    return () => {
      outlets.delete(outlet)
      if (outlets.size === 0 && this.#exact.get(topic) === outlets) this.#exact.delete(topic)
      this.#forget(topic)
    }
  }

  /** Offers an item to all outlets of a topic. */
  send(topic: string, item: Item): boolean {
    return this.#found.emit(topic, item) || (this.#find(topic) && this.#found.emit(topic, item))
  }

  /** Offers an item to one outlet after the other, those of the topic itself before those of patterns, until one takes it. */
  sendToOne(topic: string, item: Item): boolean {
    const exact = this.#exact.get(topic)
    if (exact !== undefined) for (const outlet of exact) if (outlet.offer(item)) return true
    for (const { matches, outlet } of this.#patterns) {
      if (isTopic(topic) && matches(topic) && outlet.offer(item)) return true
    }
    return false
  }

  /** All outlets of a topic. */
  of(topic: string): readonly Outlet<Item>[] {
    const outlets = new Set(this.#exact.get(topic))
    for (const { matches, outlet } of this.#patterns) if (isTopic(topic) && matches(topic)) outlets.add(outlet)
    return [...outlets]
  }

  #find(topic: string): boolean {
    if (this.#topics.has(topic)) return false
    const outlets = this.of(topic)
    if (outlets.length === 0) return false
    if (this.#topics.size >= mostTopics) {
      const [oldest = ''] = this.#topics
      this.#forget(oldest)
    }
    this.#topics.add(topic)
    for (const outlet of outlets) this.#found.on(topic, outlet.offer, outlet)
    return true
  }

  #forget(topic: string): void {
    if (this.#topics.delete(topic)) this.#found.removeAllListeners(topic)
  }

  #forgetAll(): void {
    this.#topics.clear()
    this.#found.removeAllListeners()
  }
}
