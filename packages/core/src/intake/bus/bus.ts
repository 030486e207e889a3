import {
  type AgentMessage,
  type BusRequestOptions,
  type Delivery,
  type InputOf,
  type MessageBus,
  type OutputOf,
  optionFault,
  type Policy,
  type PolicyLike,
  reply,
  type Stamp,
  shown,
  type SubscribeOptions,
  type Subscription,
} from '../../ports/index.js'
import { busMessage, checked, type PublishOptions } from './bus-message.js'
import type { Chained, Last } from './chained.js'
import { isPromiseLike } from './consumer.js'
import type { DeadLetters } from './dead-letters.js'
import { busFailure } from './failures.js'
import { type Gather, gathered } from './gather.js'
import { checkedPayload } from './payload.js'
import type { AnyTopic, RequestTopic } from './topic.js'

/** Handles what is published under a topic: its payload, as the schema made it, and the message around it. */
export type Handler<Payload> = (payload: Payload, message: AgentMessage, delivery: Delivery) => unknown

/** Stands around everything that is published: passes it on, changed or not, or does not. */
export type BusMiddleware = (
  message: AgentMessage,
  next: (message: AgentMessage) => Promise<void>,
) => Promise<void> | void

/** How a subscription is made. */
export interface ListenOptions<Payload> extends Omit<SubscribeOptions, 'filter' | 'policy'> {
  /** Lets a message pass, or not. */
  readonly filter?: ((payload: Payload, message: AgentMessage) => boolean) | undefined
  /** Stands around the handler: `policy(retry())`. */
  readonly policy?: PolicyLike | undefined
}

export type RequestOptionsOfBus = PublishOptions & BusRequestOptions

export interface BusDeps {
  readonly transport: MessageBus
  readonly stamp: Stamp
  /** What came to nothing, and who is subscribed, where the transport can tell. */
  readonly deadLetters: DeadLetters
  readonly subscriptions: () => readonly Subscription[]
  startPolicy(name: string, policy: PolicyLike): Policy
}

/** How agents, and the host around them, tell and ask each other what they know by topics alone. */
export class Bus {
  readonly #deps: BusDeps
  /** Never changed, but replaced: what is under way keeps those with which it began. */
  #middleware: readonly { readonly run: BusMiddleware }[] = []

  constructor(deps: BusDeps) {
    this.#deps = deps
  }

  /** The messages that came to nothing, why, and a way to have them handled once more. */
  get deadLetters(): DeadLetters {
    return this.#deps.deadLetters
  }

  /** The live subscriptions, and how each does. */
  get subscriptions(): readonly Subscription[] {
    return this.#deps.subscriptions()
  }

  /** Tells everyone who listens to a topic, or sends a message of your own. Resolves when it was taken in. */
  publish<T extends AnyTopic>(topic: T, payload: NoInfer<InputOf<T['schema']>>, options?: PublishOptions): Promise<void>
  publish(message: AgentMessage): Promise<void>
  publish(topic: AnyTopic | AgentMessage, payload?: unknown, options?: PublishOptions): Promise<void> {
    try {
      if (!isTopic(topic)) return this.#send(checked(topic))
      const fit = checkedPayload(topic.name, 'payload', topic.schema, payload)
      if (!(fit instanceof Promise)) return this.#send(busMessage('event', topic.name, fit, options, this.#deps.stamp))
      return fit.then((value) => this.#send(busMessage('event', topic.name, value, options, this.#deps.stamp)))
    } catch (failure) {
      return Promise.reject(failure)
    }
  }

  /** Handles what is published under a topic, or under all topics of a pattern, until what it returns is disposed. */
  subscribe<T extends AnyTopic>(
    topic: T,
    handler: Handler<OutputOf<T['schema']>>,
    options?: ListenOptions<OutputOf<T['schema']>>,
  ): Subscription
  subscribe(pattern: string, handler: Handler<unknown>, options?: ListenOptions<unknown>): Subscription
  subscribe(topic: AnyTopic | string, handler: Handler<never>, options: ListenOptions<never> = {}): Subscription {
    const name = typeof topic === 'string' ? topic : topic?.name
    const own =
      typeof handler === 'function'
        ? (message: AgentMessage, delivery: Delivery) => handler(message.payload as never, message, delivery)
        : handler
    const { transport } = this.#deps
    return transport.subscribe({ topic: name }, own, this.#ofTransport(name, options))
  }

  /** Answers the requests made under a topic. Of several who respond to it, each request reaches one, in turn. */
  respond<T extends RequestTopic>(
    topic: T,
    responder: (
      payload: OutputOf<T['schema']>,
      message: AgentMessage,
      delivery: Delivery,
    ) => InputOf<T['reply']> | Promise<InputOf<T['reply']>>,
    options: ListenOptions<OutputOf<T['schema']>> = {},
  ): Subscription {
    const { stamp, transport } = this.#deps
    const { name, reply: schema } = asking(topic)
    const answer = (message: AgentMessage, output: unknown) => {
      const fit = checkedPayload(name, 'reply', schema, output)
      return fit instanceof Promise ? fit.then((value) => reply(message, value, stamp)) : reply(message, fit, stamp)
    }
    const own =
      typeof responder === 'function'
        ? (message: AgentMessage, delivery: Delivery) => {
            const output = responder(message.payload as never, message, delivery)
            return isPromiseLike(output)
              ? Promise.resolve(output).then((value) => answer(message, value as never))
              : answer(message, output)
          }
        : responder
    return transport.respond({ topic: name }, own, this.#ofTransport(name, options))
  }

  /** Asks under a topic. Resolves with what one who responds to it replies. */
  request<T extends RequestTopic>(
    topic: T,
    payload: NoInfer<InputOf<T['schema']>>,
    options?: RequestOptionsOfBus,
  ): Promise<OutputOf<T['reply']>> {
    return this.#ask(topic, payload, options) as Promise<OutputOf<T['reply']>>
  }

  /** Asks everyone who responds to a topic. Resolves with the replies that are wanted: of all who do not fail, unless said otherwise. */
  async broadcast<T extends RequestTopic>(
    topic: T,
    payload: NoInfer<InputOf<T['schema']>>,
    options: RequestOptionsOfBus & { readonly gather?: Gather } = {},
  ): Promise<readonly OutputOf<T['reply']>[]> {
    const { gather = 'all', ...rest } = options
    checkGather(gather)
    const message = await this.#message('request', asking(topic), payload, rest)
    const asked = this.#deps.transport.requestAll(message, rest)
    const answers = await gathered(`the topic ${topic.name}`, asked, gather)
    return answers.map(({ payload: answer }) => answer as OutputOf<T['reply']>)
  }

  /** Asks under one topic after the other: each reply is what is asked next. Resolves with the last. */
  async pipeline<const Topics extends readonly [RequestTopic, ...RequestTopic[]]>(
    topics: Topics & Chained<Topics>,
    payload: InputOf<Topics[0]['schema']>,
    options?: RequestOptionsOfBus,
  ): Promise<OutputOf<Last<Topics>['reply']>> {
    let value: unknown = payload
    for (const topic of topics as readonly RequestTopic[]) value = await this.#ask(topic, value, options)
    return value as OutputOf<Last<Topics>['reply']>
  }

  /** Has a middleware stand around everything published from now on, within those that are there. */
  use(middleware: BusMiddleware): Disposable {
    if (typeof middleware !== 'function') {
      const fault = {
        option: 'middleware',
        received: typeof middleware,
        expected: 'a function: (message, next) => next(message)',
      }
      throw busFailure('bus.invalid_option', { what: 'The bus', ...fault })
    }
    const entry = { run: middleware }
    this.#middleware = [...this.#middleware, entry]
    return {
      [Symbol.dispose]: () => {
        this.#middleware = this.#middleware.filter((one) => one !== entry)
      },
    }
  }

  #send(message: AgentMessage): Promise<void> {
    if (this.#middleware.length === 0) return this.#deps.transport.publish(message)
    return this.#through(this.#middleware, 0, message)
  }

  async #through(all: readonly { readonly run: BusMiddleware }[], index: number, message: AgentMessage): Promise<void> {
    const entry = all[index]
    if (entry === undefined) return this.#deps.transport.publish(message)
    let passedOn: Promise<void> | undefined
    const result = entry.run(message, (changed) => {
      passedOn = this.#through(all, index + 1, changed === message ? message : checked(changed))
      // It is waited for here, unless the middleware waits for it in its own way.
      passedOn.catch(() => {})
      return passedOn
    })
    await (result instanceof Promise ? result : passedOn)
  }

  #ask(topic: RequestTopic, payload: unknown, options: RequestOptionsOfBus | undefined): Promise<unknown> {
    try {
      const message = this.#message('request', asking(topic), payload, options)
      const answer =
        message instanceof Promise
          ? message.then((one) => this.#deps.transport.request(one, options))
          : this.#deps.transport.request(message, options)
      return answer.then(payloadOf)
    } catch (failure) {
      return Promise.reject(failure)
    }
  }

  #message(
    type: 'event' | 'request',
    { name, schema }: AnyTopic,
    payload: unknown,
    options: RequestOptionsOfBus | undefined,
  ): AgentMessage | Promise<AgentMessage> {
    const fit = checkedPayload(name, 'payload', schema, payload)
    const { stamp } = this.#deps
    if (fit instanceof Promise) return fit.then((value) => busMessage(type, name, value, options, stamp))
    return busMessage(type, name, fit, options, stamp)
  }

  #ofTransport(topic: string, { filter, policy, ...options }: ListenOptions<never>): SubscribeOptions {
    const wrapped =
      typeof filter === 'function' ? (message: AgentMessage) => filter(message.payload as never, message) : filter
    const name = options.name ?? topic
    return {
      ...options,
      ...(wrapped !== undefined && { filter: wrapped }),
      ...(policy !== undefined && {
        policy: isObject(policy) ? this.#deps.startPolicy(name, policy) : (policy as never),
      }),
    }
  }
}

function isTopic(value: AnyTopic | AgentMessage): value is AnyTopic {
  return (value as Partial<AnyTopic> | undefined)?.schema !== undefined
}

/** Anything else is for the transport to refuse. */
function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function asking(topic: RequestTopic): RequestTopic {
  if (topic?.reply !== undefined) return topic
  const expected = 'a topic with a reply: topic(name, schema, { reply })'
  const fault = { option: 'topic', received: String(topic?.name), expected }
  throw busFailure('bus.invalid_option', { what: 'A request', ...fault })
}

function checkGather(gather: Gather): void {
  if (gather === 'all' || gather === 'first') return
  const fault = optionFault(gather, { quorum: { min: 1, whole: true } })
  if (fault === undefined && gather.quorum !== undefined) return
  const expected = "'all', 'first' or { quorum: a whole number from 1 }"
  throw busFailure('bus.invalid_option', {
    what: 'A broadcast',
    option: 'gather',
    received: shown(gather),
    expected,
  })
}

function payloadOf({ payload }: AgentMessage): unknown {
  return payload
}
