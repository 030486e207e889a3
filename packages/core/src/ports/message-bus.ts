import { type AgentMessage, token } from '../protocol/index.js'
import type { Policy } from './policy.js'

/**
 * Carries messages between those who do not know each other: events to all who listen, requests to one who responds.
 *
 * Delivery is at most once. Messages of one sender, topic and priority reach a subscription in the order in which they were
 * published; more urgent ones go first, but none waits for ever.
 */
export interface MessageBus {
  /**
   * Takes in a message for those subscribed to where it goes: its `operation` as a topic where the receiver is everyone, else
   * the agent or group that it names. A subscription that was made before gets it, one made later does not.
   *
   * - Resolves when all of them have taken it in, not when they have handled it; where nobody is subscribed, at once. A
   *   subscription that is full and has publishers wait is waited for.
   * - Rejects with `bus.full` where one refuses it, the others having taken it in; with `bus.closed` once the bus closes.
   * - What has expired when its turn comes is not delivered.
   */
  publish(message: AgentMessage): Promise<void>
  /**
   * Has messages handled, each at most once, until the subscription is disposed: what waits for it then is dropped.
   *
   * A handler that throws, rejects or never returns harms neither other subscriptions nor publishers; it is reported.
   */
  subscribe(address: Address, handler: MessageHandler, options?: SubscribeOptions): Subscription
  /** Has requests answered. Of several who respond at one address, each request reaches one, in turn. */
  respond(address: Address, responder: Responder, options?: SubscribeOptions): Subscription
  /**
   * Has a request answered by one who responds where it goes. Resolves with the answer.
   *
   * - Rejects at once with `bus.no_responder` where nobody responds; with `bus.timed_out`, `bus.cancelled` (the signal's reason
   *   is the cause), `bus.expired` or `bus.full` where it is not answered for that reason; with what the responder failed by.
   * - A request that nobody waits for any more, and that has not begun, is not begun.
   */
  request(message: AgentMessage, options?: BusRequestOptions): Promise<AgentMessage>
  /** The same of everyone who responds where it goes: one promise each, none where nobody does. */
  requestAll(message: AgentMessage, options?: BusRequestOptions): readonly Promise<AgentMessage>[]
  /**
   * Takes nothing more in, and resolves when all that was taken in is handled or, after `drainMs`, reported as undelivered.
   * Requests that are not answered by then are rejected. Called again, it returns the same promise.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>
}

/**
 * Where messages go: a topic, an agent or a group. In a topic, levels are parted by dots; `*` stands for one level, and `**` at
 * the end for one or more.
 */
export type Address = { readonly topic: string } | { readonly agent: string } | { readonly group: string }

/** What a handler may want to know besides the message. */
export interface Delivery {
  /** Aborts when nobody waits for the handler any more. */
  readonly signal: AbortSignal
}

export type MessageHandler = (message: AgentMessage, delivery: Delivery) => unknown
export type Responder = (message: AgentMessage, delivery: Delivery) => AgentMessage | Promise<AgentMessage>

/** What happens to a message for a subscription whose queue is full. */
export type WhenFull = 'wait' | 'drop-oldest' | 'drop-newest' | 'fail'

/** How messages are handled. */
export interface SubscribeOptions {
  /** For people: how the subscription is called in events and metrics; its address unless given. */
  readonly name?: string | undefined
  /** Lets a message pass, or not. One that throws lets nothing pass. */
  readonly filter?: ((message: AgentMessage) => boolean) | undefined
  /** How many messages may be handled at once: 1, and then strictly one after the other. */
  readonly concurrency?: number | undefined
  /** Of the subscriptions of one topic and group, each message reaches one. */
  readonly group?: string | undefined
  readonly queue?: { readonly max?: number | undefined; readonly whenFull?: WhenFull | undefined } | undefined
  /** Stands around the handler. */
  readonly policy?: Policy | undefined
  /** When nothing else holds on to it, the subscription goes away; the handler may hold on to it. */
  readonly owner?: object | undefined
  /** Ends the subscription when it aborts. */
  readonly signal?: AbortSignal | undefined
}

export interface BusRequestOptions {
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** One subscription, and how it does. Disposing of it twice does nothing. */
export interface Subscription extends Disposable {
  readonly name: string
  readonly isLive: boolean
  readonly queued: number
  readonly inFlight: number
  readonly delivered: number
  readonly failed: number
  readonly expired: number
  readonly dropped: number
}

export const messageBus = token<MessageBus>('baton.message-bus')
