import {
  type Address,
  type AgentMessage,
  type BusRequestOptions,
  type Failure,
  type MessageBus,
  type MessageHandler,
  priorities,
  type Responder,
  type SubscribeOptions,
  type Subscription,
} from '../../../ports/index.js'
import { ManualClock } from '../manual-clock.js'
import { failed, type PlainItem, PlainSubscription } from './plain-subscription.js'

/** A bus by the simplest means, whose steps can be replaced by flawed ones. */
export class PlainMessageBus implements MessageBus {
  readonly clock = new ManualClock()
  readonly listeners: PlainSubscription[] = []
  readonly responders: PlainSubscription[] = []
  readonly pending = new Set<(failure: Failure) => void>()
  readonly stopped = new AbortController()
  /** How often one of some was chosen. */
  turns = 0
  closing: Promise<void> | undefined

  async publish(message: AgentMessage): Promise<void> {
    if (this.isClosed()) throw failed('bus.closed')
    const outcomes = this.receivers(message).map((one) => one.offer({ message }))
    await this.taken(outcomes)
  }

  subscribe(address: Address, handler: MessageHandler, options: SubscribeOptions = {}): Subscription {
    return this.add(this.listeners, address, handler, options)
  }

  respond(address: Address, responder: Responder, options: SubscribeOptions = {}): Subscription {
    return this.add(this.responders, address, responder, options)
  }

  async request(message: AgentMessage, options: BusRequestOptions = {}): Promise<AgentMessage> {
    const all = this.asked(message)
    const one = all[this.turns++ % Math.max(1, all.length)]
    if (this.isClosed()) throw failed('bus.closed')
    if (one === undefined) throw failed('bus.no_responder')
    return this.ask(one, message, options)
  }

  requestAll(message: AgentMessage, options: BusRequestOptions = {}): readonly Promise<AgentMessage>[] {
    return this.asked(message).map((one) => this.ask(one, message, options))
  }

  close({ drainMs = 0 }: { readonly drainMs?: number } = {}): Promise<void> {
    this.closing ??= this.end(drainMs)
    return this.closing
  }

  isClosed(): boolean {
    return this.closing !== undefined
  }

  async end(drainMs: number): Promise<void> {
    const all = [...this.listeners, ...this.responders]
    if (all.some((one) => one.queued + one.inFlight > 0)) {
      const { promise, resolve } = Promise.withResolvers<void>()
      for (const one of all) one.whenIdle = () => all.every((each) => each.queued + each.inFlight === 0) && resolve()
      this.clock.schedule(drainMs, resolve)
      await promise
    }
    for (const one of all) one[Symbol.dispose]()
    for (const reject of this.pending) reject(failed('bus.closed'))
    this.stopped.abort()
  }

  add(to: PlainSubscription[], address: Address, handler: MessageHandler, options: SubscribeOptions): Subscription {
    if (this.isClosed()) throw failed('bus.closed')
    const own = new PlainSubscription(this, address, handler, options)
    to.push(own)
    options.signal?.addEventListener('abort', () => this.signalled(own))
    return own
  }

  signalled(one: Subscription): void {
    one[Symbol.dispose]()
  }

  /** Those who get a message: all, and one of each group. */
  receivers(message: AgentMessage): readonly PlainSubscription[] {
    const all = this.listeners.filter((one) => one.isLive && this.fits(one.address, message) && one.passes(message))
    const groups = new Map<unknown, PlainSubscription[]>()
    for (const one of all) {
      const key = this.groupOf(one) ?? one
      groups.set(key, [...(groups.get(key) ?? []), one])
    }
    this.turns++
    return [...groups.values()].map((members) => members[this.turns % members.length] as PlainSubscription)
  }

  groupOf({ options, address }: PlainSubscription): string | undefined {
    return options.group ?? ('group' in address ? `group ${address.group}` : undefined)
  }

  asked(message: AgentMessage): readonly PlainSubscription[] {
    return this.responders.filter((one) => one.isLive && this.fits(one.address, message) && one.passes(message))
  }

  fits(address: Address, { receiver, operation }: AgentMessage): boolean {
    if ('agent' in address) return 'agent' in receiver && receiver.agent === address.agent
    if ('group' in address) return 'group' in receiver && receiver.group === address.group
    return 'everyone' in receiver && this.matches(address.topic.split('.'), operation.split('.'))
  }

  matches(levels: readonly string[], given: readonly string[]): boolean {
    const isOpen = levels.at(-1) === '**'
    const fixed = isOpen ? levels.slice(0, -1) : levels
    if (isOpen ? given.length <= fixed.length : given.length !== fixed.length) return false
    return fixed.every((level, index) => level === '*' || level === given[index])
  }

  async taken(outcomes: readonly Promise<void>[]): Promise<void> {
    const settled = await Promise.allSettled(outcomes)
    for (const one of settled) if (one.status === 'rejected') throw one.reason
  }

  ask(one: PlainSubscription, message: AgentMessage, { timeoutMs, signal }: BusRequestOptions): Promise<AgentMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<AgentMessage>()
    const controller = new AbortController()
    const item: PlainItem = { message, signal: controller.signal, answer: resolve as never, refuse: reject }
    const stop = (failure: Failure) => {
      reject(failure)
      this.tell(controller, failure)
    }
    this.pending.add(stop)
    const cancel = () => stop(this.cancelled(signal?.reason))
    if (signal?.aborted) cancel()
    signal?.addEventListener('abort', cancel)
    if (timeoutMs !== undefined) this.clock.schedule(timeoutMs, () => stop(failed('bus.timed_out')))
    one.offer(item).catch(reject)
    return promise
  }

  cancelled(reason: unknown): Failure {
    return failed('bus.cancelled', reason)
  }

  tell(controller: AbortController, failure: Failure): void {
    controller.abort(failure)
  }

  isExpired({ expiresAt }: AgentMessage): boolean {
    return expiresAt !== undefined && expiresAt <= this.clock.now()
  }

  /** The place of the next one among those that wait: the oldest, where it was passed by often, else the most urgent. */
  next(queue: readonly PlainItem[], passed: number): number {
    if (passed > 20) return 0
    const urgency = queue.map(({ message }) => priorities.indexOf(message.priority))
    return urgency.indexOf(Math.max(...urgency))
  }
}
