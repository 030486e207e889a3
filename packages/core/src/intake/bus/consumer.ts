import type { AgentMessage, Clock, EventSink, Subscription, WhenFull } from '../../ports/index.js'
import type { DeadLetters, DeathReason } from './dead-letters.js'
import type { Drainer, Worker } from './drainer.js'
import { busFailure } from './failures.js'
import { type Mail, Mailbox } from './mailbox.js'
import { placeOf } from './place.js'
import { Ring } from './ring.js'

/** What is the bus's own and all its consumers use. */
export interface BusFrame {
  readonly clock: Clock
  readonly events: EventSink
  readonly drainer: Drainer
  readonly deadLetters: DeadLetters
  /** How many messages were taken in and are not done with. */
  readonly load: Load
  /** Aborts when the bus waits for no handler any more. */
  readonly signal: AbortSignal
  readonly maxWaiting: number
}

/** Counts what is to be done, and tells when there is nothing left. */
export class Load {
  #open = 0
  whenNone: (() => void) | undefined

  get open(): number {
    return this.#open
  }

  more(): void {
    this.#open++
  }

  less(): void {
    this.#open--
    if (this.#open === 0) this.whenNone?.()
  }
}

export interface ConsumerOptions {
  readonly name: string
  readonly filter: ((message: AgentMessage) => boolean) | undefined
  readonly concurrency: number
  readonly max: number
  readonly whenFull: WhenFull
}

/** A place where messages wait until they are handled, at most so many at once: what a subscription is behind its door. */
export abstract class Consumer<Item extends Mail> implements Worker, Subscription {
  readonly name: string
  isLive = true
  isWaiting = false
  inFlight = 0
  delivered = 0
  failed = 0
  expired = 0
  dropped = 0
  protected readonly frame: BusFrame
  protected readonly options: ConsumerOptions
  protected readonly mailbox = new Mailbox<Item>()
  /** Those whose publishers are made to wait. */
  readonly #outside = new Ring<Item>()
  /** Those whose handlers have not returned. */
  readonly #unfinished = new Set<{ readonly item: Item }>()
  readonly #gone: () => void

  constructor(frame: BusFrame, options: ConsumerOptions, gone: () => void) {
    this.name = options.name
    this.frame = frame
    this.options = options
    this.#gone = gone
  }

  /** The message behind an item. */
  protected abstract messageOf(item: Item): AgentMessage
  /** Handles it; returns nothing, or a promise that settles when that is done. */
  protected abstract handle(item: Item): unknown
  /** It is over with an item that was not handled. */
  protected abstract drop(item: Item, reason: DeathReason, failure: unknown): void
  /** An item waits outside; later the first of these is let in after all, or is not. */
  protected abstract waits(item: Item): void
  protected abstract letIn(item: Item): void
  protected abstract turnedAway(item: Item, failure: unknown): void
  /** An item was not taken in. */
  protected abstract refuse(item: Item, failure: unknown): void

  get queued(): number {
    return this.mailbox.length + this.#outside.length
  }

  get hasRoom(): boolean {
    return this.mailbox.length < this.options.max && this.#outside.length === 0
  }

  get canWork(): boolean {
    return this.mailbox.length > 0 && this.inFlight < this.options.concurrency
  }

  /** Takes an item in, if it passes the filter, or does what is to be done when there is no room. It never throws. */
  offer(item: Item): void {
    if (!this.isLive || (this.options.filter !== undefined && !this.#passes(item))) return
    if (this.mailbox.length >= this.options.max || this.#outside.length > 0) this.#offerToFull(item)
    else this.#take(item)
  }

  work(most: number): number {
    let done = 0
    const { concurrency } = this.options
    while (done < most && this.mailbox.length > 0 && this.inFlight < concurrency) {
      const item = this.mailbox.take()
      done++
      if (this.#outside.length > 0) this.#makeRoom()
      this.#begin(item)
    }
    return done
  }

  /** Ends it: what waits is over, with this reason. What is being handled goes on. */
  end(reason: DeathReason, failure?: unknown): void {
    if (!this.isLive) return
    this.isLive = false
    this.#gone()
    for (let item = this.#outside.shift(); item !== undefined; item = this.#outside.shift()) {
      this.turnedAway(item, failure ?? busFailure('bus.closed', { place: placeOf(this.messageOf(item)) }))
      this.frame.load.less()
    }
    while (this.mailbox.length > 0) {
      this.drop(this.mailbox.take(), reason, failure)
      this.frame.load.less()
    }
  }

  /** Reports those whose handlers have not returned. */
  abandon(): void {
    for (const { item } of this.#unfinished) this.drop(item, 'unfinished', undefined)
  }

  [Symbol.dispose](): void {
    this.end('unsubscribed')
  }

  protected isExpired({ expiresAt }: AgentMessage): boolean {
    return expiresAt !== undefined && expiresAt <= this.frame.clock.now()
  }

  /** A handler failed; whoever listens is told, if anybody does. */
  protected report(message: AgentMessage, failure: unknown): void {
    const { events } = this.frame
    if (events.observed) events.emit('handler.failed', { message, subscription: this.name, failure })
  }

  #passes(item: Item): boolean {
    try {
      return this.options.filter?.(this.messageOf(item)) === true
    } catch (failure) {
      this.failed++
      this.report(this.messageOf(item), failure)
      return false
    }
  }

  #take(item: Item): void {
    this.mailbox.push(item)
    this.frame.load.more()
    if (!this.isWaiting && this.inFlight < this.options.concurrency) this.frame.drainer.add(this)
  }

  #offerToFull(item: Item): void {
    const { max, whenFull } = this.options
    if (whenFull === 'drop-newest') {
      this.dropped++
      return this.drop(item, 'dropped', undefined)
    }
    if (whenFull === 'drop-oldest') {
      this.dropped++
      this.drop(this.mailbox.takeLeast(), 'dropped', undefined)
      this.frame.load.less()
      return this.#take(item)
    }
    if (whenFull === 'fail' || this.#outside.length >= this.frame.maxWaiting) {
      const full = whenFull === 'fail' ? max : this.frame.maxWaiting
      return this.refuse(item, busFailure('bus.full', { subscription: this.name, max: full }))
    }
    this.#outside.push(item)
    this.frame.load.more()
    this.waits(item)
  }

  #makeRoom(): void {
    const item = this.#outside.shift() as Item
    this.mailbox.push(item)
    this.letIn(item)
  }

  #begin(item: Item): void {
    if (this.isExpired(this.messageOf(item))) {
      this.expired++
      this.drop(item, 'expired', undefined)
      return this.frame.load.less()
    }
    const result = this.handle(item)
    if (result === undefined) return this.frame.load.less()
    this.inFlight++
    // The same message may be under way twice.
    const unfinished = { item }
    this.#unfinished.add(unfinished)
    void (result as Promise<unknown>).then(() => {
      this.inFlight--
      this.#unfinished.delete(unfinished)
      if (this.mailbox.length > 0) this.frame.drainer.add(this)
      this.frame.load.less()
    })
  }
}
