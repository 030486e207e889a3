import { Deadlines } from '../../dispatch/resilience/index.js'
import {
  type Address,
  type AgentMessage,
  type BusRequestOptions,
  type Clock,
  type EventSink,
  type MessageBus,
  type MessageHandler,
  type OptionRule,
  optionFault,
  type Responder,
  type SubscribeOptions,
  type Subscription,
} from '../../ports/index.js'
import { type BusFrame, type Consumer, type ConsumerOptions, Load } from './consumer.js'
import { DeadLetters, type DeathReason } from './dead-letters.js'
import { Drainer } from './drainer.js'
import { busFailure } from './failures.js'
import { Listener, type Publishing } from './listener.js'
import { type Lease, Owned, type Parts, unowned } from './owned.js'
import { PendingRequest } from './pending-request.js'
import { keyOf, placeOf, readAddress } from './place.js'
import { QueueGroup } from './queue-group.js'
import { Respondent } from './respondent.js'
import { Routes } from './routes.js'
import { checkSubscription } from './subscribe-options.js'
import type { LocalBusSettings } from './bus-settings.js'
import type { Mail } from './mailbox.js'

export interface LocalBusDeps {
  readonly clock: Clock
  readonly events: EventSink
}

const accepted = Promise.resolve()

const requestRules: Readonly<Record<keyof BusRequestOptions, OptionRule>> = {
  timeoutMs: { above: 0, infinite: true },
  signal: { fits: (value) => value instanceof AbortSignal, expected: 'a signal: new AbortController().signal' },
}

/** The bus within one process: each subscription has a mailbox of its own, and all of them take turns. */
export class LocalBus implements MessageBus, Publishing {
  readonly deadLetters: DeadLetters
  readonly #settings: LocalBusSettings
  readonly #frame: BusFrame
  readonly #stopped = new AbortController()
  readonly #owned = new Owned()
  readonly #deadlines: Deadlines
  readonly #listeners = new Routes<AgentMessage>()
  readonly #respondents = new Routes<PendingRequest>()
  /** By topic and name those of topics, by address those that are nothing else. */
  readonly #groups = new Map<string, unknown>()
  readonly #live = new Set<Endable>()
  /** What the message being published waits for, and what it was refused by. */
  #waits: Promise<void>[] | undefined
  #refusal: unknown
  #closing: Promise<void> | undefined

  constructor({ clock, events }: LocalBusDeps, settings: LocalBusSettings) {
    this.#settings = settings
    this.deadLetters = new DeadLetters({ clock, events }, settings.deadLetters)
    this.#deadlines = new Deadlines(clock)
    this.#frame = {
      clock,
      events,
      drainer: new Drainer(clock),
      deadLetters: this.deadLetters,
      load: new Load(),
      signal: this.#stopped.signal,
      maxWaiting: settings.maxWaiting,
    }
  }

  /** The subscriptions that there are. */
  get subscriptions(): readonly Subscription[] {
    return [...this.#live]
  }

  publish(message: AgentMessage): Promise<void> {
    if (this.#closing !== undefined) return rejection(busFailure('bus.closed', { place: placeOf(message) }))
    // A filter may publish something itself.
    const [waits, refusal] = [this.#waits, this.#refusal]
    this.#waits = undefined
    this.#refusal = undefined
    const isForSomebody = this.#listeners.send(keyOf(message), message)
    const own = this.#waits === undefined && this.#refusal === undefined ? accepted : this.#accepted()
    this.#waits = waits
    this.#refusal = refusal
    if (!isForSomebody && !('everyone' in message.receiver)) this.#lost(message)
    return own
  }

  subscribe(address: Address, handler: MessageHandler, options: SubscribeOptions = {}): Subscription {
    checkSubscription(handler, options)
    const make = (settings: ConsumerOptions, gone: () => void, parts: Lease<Parts<MessageHandler>>) =>
      new Listener(this.#frame, settings, gone, parts, options.policy, this)
    return this.#add(address, handler, options, this.#listeners, make, false)
  }

  respond(address: Address, responder: Responder, options: SubscribeOptions = {}): Subscription {
    checkSubscription(responder, options)
    const make = (settings: ConsumerOptions, gone: () => void, parts: Lease<Parts<Responder>>) =>
      new Respondent(this.#frame, settings, gone, parts, options.policy)
    return this.#add(address, responder, options, this.#respondents, make, true)
  }

  request(message: AgentMessage, options?: BusRequestOptions): Promise<AgentMessage> {
    try {
      this.#check(message, options)
      const request = this.#open(message, options)
      if (request.isOver) return request.promise
      if (!this.#respondents.sendToOne(keyOf(message), request)) this.#refuse(request)
      return request.promise
    } catch (failure) {
      return Promise.reject(failure)
    }
  }

  requestAll(message: AgentMessage, options?: BusRequestOptions): readonly Promise<AgentMessage>[] {
    this.#check(message, options)
    const outlets = this.#respondents.of(keyOf(message)) as readonly QueueGroup<PendingRequest>[]
    // A filter may have members leave.
    const members = outlets.flatMap((group) => group.members)
    return members.map((member) => {
      const request = this.#open(message, options)
      if (!request.isOver && !member.offer(request)) this.#refuse(request)
      return request.promise
    })
  }

  close({ drainMs = 0 }: { readonly drainMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(drainMs >= 0 ? drainMs : 0)
    return this.#closing
  }

  waitFor(own: Promise<void>): void {
    this.#waits ??= []
    this.#waits.push(own)
  }

  refused(failure: unknown): void {
    this.#refusal ??= failure
  }

  async #close(drainMs: number): Promise<void> {
    const { load, clock } = this.#frame
    if (load.open > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      load.whenNone = resolve
      // A process with nothing else to do must live to see the end of this.
      const timer = clock.schedule(drainMs, resolve, true)
      await promise
      timer.cancel()
    }
    // Each request that is not answered waits in one of these, or is under way in one.
    for (const report of load.unfinished) report()
    for (const consumer of this.#live) consumer.end('undelivered')
    this.#deadlines.clear()
    this.#frame.drainer.stop()
    this.#stopped.abort(busFailure('bus.closed', { place: 'anybody' }))
  }

  #check(message: AgentMessage, { timeoutMs, signal }: BusRequestOptions = {}): void {
    if (timeoutMs !== undefined || signal !== undefined) {
      const fault = optionFault({ timeoutMs, signal }, requestRules)
      if (fault !== undefined) throw busFailure('bus.invalid_option', { what: 'A request', ...fault })
    }
    if (this.#closing !== undefined) throw busFailure('bus.closed', { place: placeOf(message) })
  }

  #refuse(request: PendingRequest): void {
    request.fail(busFailure('bus.no_responder', { place: placeOf(request.message) }))
  }

  #open(message: AgentMessage, { timeoutMs = this.#settings.requestTimeoutMs, signal }: BusRequestOptions = {}) {
    const request = new PendingRequest(message, this.#frame.clock.monotonic(), timeoutMs, this.#settled)
    if (timeoutMs !== Number.POSITIVE_INFINITY) this.#deadlines.add(request)
    if (signal !== undefined) request.watch(signal)
    return request
  }

  readonly #settled = (request: PendingRequest): void => {
    this.#deadlines.remove(request)
  }

  /** It names a receiver that there is not: nobody would ever hear of it otherwise. */
  #lost(message: AgentMessage): void {
    const again = (once: AgentMessage) => void this.publish(once)
    this.deadLetters.add(message, 'no_receiver', { name: placeOf(message), isLive: true, again })
  }

  #accepted(): Promise<void> {
    const waits = this.#waits
    const refusal = this.#refusal
    if (waits === undefined) return rejection(refusal)
    const all = Promise.all(waits).then(() => (refusal === undefined ? undefined : Promise.reject(refusal)))
    all.catch(() => {})
    return all
  }

  #add<Item extends Mail, Handler extends MessageHandler | Responder>(
    address: Address,
    handler: Handler,
    options: SubscribeOptions,
    routes: Routes<Item>,
    make: (options: ConsumerOptions, gone: () => void, parts: Lease<Parts<Handler>>) => Consumer<Item>,
    isRespondent: boolean,
  ): Subscription {
    const { key, name } = readAddress(address)
    if (this.#closing !== undefined) throw busFailure('bus.closed', { place: name })
    // Nothing that lasts may hold on to what is given, which holds on to its owner: no function below mentions it.
    const { owner, signal, filter } = options
    const end = () => consumer.end('unsubscribed')
    const parts = owner === undefined ? unowned({ handler, filter }) : this.#owned.keep({ handler, filter }, owner, end)
    const settings: ConsumerOptions = {
      name: options.name ?? name,
      filter: owner === undefined || filter === undefined ? filter : filterOf(parts),
      concurrency: options.concurrency ?? 1,
      max: options.queue?.max ?? this.#settings.queue,
      whenFull: options.queue?.whenFull ?? 'wait',
    }
    const gone = () => {
      this.#live.delete(consumer)
      leave()
      parts.release()
      signal?.removeEventListener('abort', end)
    }
    const consumer = make(settings, gone, parts)
    // All who respond at one address take turns; of those who listen, those of one group, and all at the address of one.
    const isGroup = isRespondent || 'group' in address || options.group !== undefined
    const group = isRespondent ? '?' : `!${options.group ?? ''}`
    const leave = isGroup ? this.#joinGroup(`${group}\0${key}`, key, consumer, routes) : routes.add(key, consumer)
    this.#live.add(consumer)
    if (signal?.aborted) end()
    else signal?.addEventListener('abort', end, { once: true })
    return consumer
  }

  #joinGroup<Item extends Mail>(id: string, key: string, consumer: Consumer<Item>, routes: Routes<Item>): () => void {
    let group = this.#groups.get(id) as JoinedGroup<Item> | undefined
    if (group === undefined) {
      const members = new QueueGroup<Item>()
      group = { members, close: routes.add(key, members) }
      this.#groups.set(id, group)
    }
    const { members, close } = group
    members.join(consumer)
    return () => {
      members.leave(consumer)
      if (members.size > 0) return
      this.#groups.delete(id)
      close()
    }
  }
}

/** A filter that lets nothing pass when it is gone. */
function filterOf(parts: Lease<Parts<unknown>>): (message: AgentMessage) => boolean {
  return (message) => parts.get()?.filter?.(message) === true
}

/** A subscription as the bus ends it. */
interface Endable extends Subscription {
  end(reason: DeathReason): void
}

interface JoinedGroup<Item extends Mail> {
  readonly members: QueueGroup<Item>
  readonly close: () => void
}

/** Who does not wait for what it publishes must not be ended by a refusal: it is told to whoever waits. */
function rejection(failure: unknown): Promise<never> {
  const rejected = Promise.reject(failure)
  rejected.catch(() => {})
  return rejected
}
