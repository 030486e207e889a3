import {
  type Address,
  type AgentMessage,
  Failure,
  type MessageHandler,
  type SubscribeOptions,
  type Subscription,
} from '../../../ports/index.js'

/** A failure with no more than its code. */
export function failed(code: string, cause?: unknown): Failure {
  const base = { code, message: code, remedy: '', retryable: false, details: {} }
  return new Failure({ ...base, ...(cause !== undefined && { cause }) })
}

/** A message on its way, and who waits for an answer to it. */
export interface PlainItem {
  readonly message: AgentMessage
  readonly signal?: AbortSignal
  readonly answer?: (answer: unknown) => void
  readonly refuse?: (failure: unknown) => void
}

interface Outside {
  readonly item: PlainItem
  readonly letIn: () => void
}

/** What a subscription goes by. */
interface PlainRules {
  readonly stopped: AbortController
  isExpired(message: AgentMessage): boolean
  next(queue: readonly PlainItem[], passed: number): number
}

/** A subscription by the simplest means, whose steps can be replaced by flawed ones. */
export class PlainSubscription implements Subscription {
  readonly bus: PlainRules
  readonly address: Address
  readonly handler: MessageHandler
  readonly options: SubscribeOptions
  isLive = true
  inFlight = 0
  delivered = 0
  failed = 0
  expired = 0
  dropped = 0
  whenIdle: () => unknown = () => {}
  readonly queue: PlainItem[] = []
  readonly outside: Outside[] = []
  passed = 0

  constructor(bus: PlainRules, address: Address, handler: MessageHandler, options: SubscribeOptions) {
    this.bus = bus
    this.address = address
    this.handler = handler
    this.options = options
  }

  get name(): string {
    return this.options.name ?? JSON.stringify(this.address)
  }

  get queued(): number {
    return this.queue.length + this.outside.length
  }

  concurrency(): number {
    return this.options.concurrency ?? 1
  }

  passes(message: AgentMessage): boolean {
    try {
      return this.options.filter?.(message) ?? true
    } catch {
      return false
    }
  }

  async offer(item: PlainItem): Promise<void> {
    const { max = 10_000, whenFull = 'wait' } = this.options.queue ?? {}
    if (this.queue.length < max) return this.take(item)
    if (whenFull === 'fail') throw failed('bus.full')
    if (whenFull === 'wait') return new Promise((letIn) => this.outside.push({ item, letIn }))
    this.dropped++
    if (whenFull === 'drop-newest') return
    this.queue.shift()
    this.take(item)
  }

  take(item: PlainItem): void {
    this.queue.push(item)
    queueMicrotask(() => this.work())
  }

  work(): void {
    while (this.queue.length > 0 && this.inFlight < this.concurrency()) {
      const place = this.bus.next(this.queue, this.passed)
      this.passed = place === 0 ? 0 : this.passed + 1
      const [item] = this.queue.splice(place, 1)
      const outside = this.outside.shift()
      if (outside !== undefined) {
        this.queue.push(outside.item)
        outside.letIn()
      }
      this.inFlight++
      void this.handle(item as PlainItem).then(() => {
        this.inFlight--
        this.work()
        this.whenIdle()
      })
    }
  }

  async handle(item: PlainItem): Promise<void> {
    if (this.bus.isExpired(item.message)) {
      this.expired++
      return item.refuse?.(failed('bus.expired'))
    }
    if (this.isOver(item)) return
    try {
      const { policy } = this.options
      const run = async () => this.handler(item.message, { signal: item.signal ?? this.bus.stopped.signal })
      const result = await (policy === undefined ? run() : policy.execute(run))
      item.answer?.(result)
      this.delivered++
    } catch (failure) {
      this.failed++
      item.refuse?.(failure)
    }
  }

  isOver({ signal }: PlainItem): boolean {
    return signal?.aborted === true
  }

  [Symbol.dispose](): void {
    this.isLive = false
    this.queue.length = 0
    for (const { letIn } of this.outside.splice(0)) letIn()
  }
}
