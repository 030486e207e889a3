import type { AgentMessage, Clock, EventSink, Subscription, WhenFull } from '../../ports/index.js'
import type { DeadLetters, DeathReason } from './dead-letters.js'
import type { Drainer, Worker } from './drainer.js'
import { busFailure } from './failures.js'
import { type Mail, Mailbox } from './mailbox.js'
import { placeOf } from './place.js'

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
  /** Reports those whose handlers have not returned, whether their subscriptions are still there or not. */
  readonly unfinished = new Set<() => void>()
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

/** Who waits until an item is let in. */
export interface Waiter {
  resolve(): void
  reject(failure: unknown): void
}

interface Outside<Item> extends Mail {
  readonly item: Item
  readonly waiter: Waiter | undefined
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
  readonly #outside = new Mailbox<Outside<Item>>()
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
  protected abstract drop(item: Item, reason: DeathReason): void
  /** An item waits outside: who, if anybody, is told what becomes of it. */
  protected abstract waits(item: Item): Waiter | undefined
  /** An item was not taken in. */
  protected abstract refuse(item: Item, failure: unknown): void

  get queued(): number {
    return this.mailbox.length + this.#outside.length
  }

  get hasRoom(): boolean {
    return this.mailbox.length < this.options.max && this.#outside.length === 0
  }

  /** Whether it would begin with one more at once. */
  get isFree(): boolean {
    return this.inFlight + this.queued < this.options.concurrency
  }

  get canWork(): boolean {
    return this.mailbox.length > 0 && this.inFlight < this.options.concurrency
  }

  /**
   * Takes an item in, or does what is to be done when there is no room; tells whether it is for this consumer at all, by its
   * filter. It never throws.
   */
  offer(item: Item): boolean {
    if (!this.isLive || (this.options.filter !== undefined && !this.#passes(item))) return false
    if (this.hasRoom) this.take(item)
    else this.#offerToFull(item)
    return true
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
  end(reason: DeathReason): void {
    if (!this.isLive) return
    this.isLive = false
    this.#gone()
    while (this.mailbox.length > 0) {
      this.drop(this.mailbox.take(), reason)
      this.frame.load.less()
    }
    while (this.#outside.length > 0) {
      const { item, waiter } = this.#outside.take()
      if (reason === 'undelivered' && waiter !== undefined) {
        waiter.reject(busFailure('bus.closed', { place: placeOf(this.messageOf(item)) }))
      } else {
        waiter?.resolve()
        this.drop(item, reason)
      }
      this.frame.load.less()
    }
  }

  [Symbol.dispose](): void {
    this.end('unsubscribed')
  }

  protected isExpired({ expiresAt }: AgentMessage): boolean {
    return expiresAt !== undefined && expiresAt <= this.frame.clock.now()
  }

  /** Throws before a try that is not worth it any more: the message may have waited long before. */
  protected refuseExpired(message: AgentMessage): void {
    if (this.isExpired(message)) throw this.expiry(message)
  }

  protected expiry(message: AgentMessage): Error {
    const lateMs = this.frame.clock.now() - (message.expiresAt as number)
    return busFailure('bus.expired', { place: placeOf(message), lateMs })
  }

  /** A handler failed; whoever listens is told, if anybody does. */
  protected report(message: AgentMessage, failure: unknown): void {
    const { events } = this.frame
    if (events.observed) events.emit('handler.failed', { message, subscription: this.name, failure })
  }

  /** Takes an item in, whether there is room or not. */
  protected take(item: Item): void {
    this.mailbox.push(item)
    this.frame.load.more()
    if (!this.isWaiting && this.inFlight < this.options.concurrency) this.frame.drainer.add(this)
  }

  #passes(item: Item): boolean {
    try {
      // A filter may end the very subscription.
      return this.options.filter?.(this.messageOf(item)) === true && this.isLive
    } catch (failure) {
      this.failed++
      this.report(this.messageOf(item), failure)
      return false
    }
  }

  #offerToFull(item: Item): void {
    const { max, whenFull } = this.options
    if (whenFull === 'drop-newest') {
      this.dropped++
      return this.drop(item, 'dropped')
    }
    if (whenFull === 'drop-oldest') {
      this.dropped++
      const oldest = this.mailbox.takeLeast()
      this.take(item)
      this.drop(oldest, 'dropped')
      return this.frame.load.less()
    }
    if (whenFull === 'fail' || this.#outside.length >= this.frame.maxWaiting) {
      const full = whenFull === 'fail' ? max : this.frame.maxWaiting
      return this.refuse(item, busFailure('bus.full', { subscription: this.name, max: full }))
    }
    this.frame.load.more()
    this.#outside.push({ item, priority: this.messageOf(item).priority, waiter: this.waits(item) })
  }

  #makeRoom(): void {
    const { item, waiter } = this.#outside.take()
    this.mailbox.push(item)
    waiter?.resolve()
  }

  #begin(item: Item): void {
    if (this.isExpired(this.messageOf(item))) {
      this.expired++
      this.drop(item, 'expired')
      return this.frame.load.less()
    }
    const result = this.handle(item)
    if (result === undefined) return this.frame.load.less()
    this.inFlight++
    const { load, drainer } = this.frame
    const report = () => this.drop(item, 'unfinished')
    load.unfinished.add(report)
    void (result as Promise<unknown>).then(() => {
      this.inFlight--
      load.unfinished.delete(report)
      if (this.mailbox.length > 0) drainer.add(this)
      load.less()
    })
  }
}

/** Whether it has to be waited for; it throws where looking at it does. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return value instanceof Promise || typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function'
}
