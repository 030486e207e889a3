import type { AgentMessage, CallContext, Interceptor } from '../ports/index.js'

/** One try of a call, as it was made and as it ended. */
export interface CallRecord<Input = unknown, Output = unknown> {
  /** As the caller passed it, before defaults. */
  readonly input: Input
  readonly attempt: number
  readonly idempotencyKey: string
  readonly message: AgentMessage
  /** Nothing while it is under way, and when it failed. */
  readonly output?: Output | undefined
  readonly failure?: unknown
}

type Writable<T> = { -readonly [Member in keyof T]: T[Member] }

/** Stands around every call, and keeps what each try of it was. */
export class CallRecorder implements Interceptor {
  readonly name = 'call recorder'
  readonly #calls: Writable<CallRecord>[] = []
  /** The newest try of each call under way, by the id of its message. */
  readonly #newest = new Map<string, Writable<CallRecord>>()
  readonly #refuse: (message: AgentMessage) => Error | undefined

  /** `refuse` tells why a call may not be made, if it may not. */
  constructor(refuse: (message: AgentMessage) => Error | undefined) {
    this.#refuse = refuse
  }

  of(agent: string, operation: string): readonly CallRecord[] {
    return this.#calls.filter(
      ({ message }) =>
        message.operation === operation && 'agent' in message.receiver && message.receiver.agent === agent,
    )
  }

  /** All calls, in order. */
  get all(): readonly CallRecord[] {
    return this.#calls
  }

  async intercept(
    message: AgentMessage,
    call: CallContext,
    next: (message: AgentMessage) => Promise<AgentMessage>,
  ): Promise<AgentMessage> {
    const { payload: input, attempt } = message
    const record: Writable<CallRecord> = { input, attempt, idempotencyKey: call.idempotencyKey(), message }
    this.#calls.push(record)
    this.#newest.set(message.id, record)
    try {
      const refusal = this.#refuse(message)
      if (refusal !== undefined) throw refusal
      const answer = await next(message)
      this.#newestOf(message, record).output = answer.payload
      return answer
    } catch (error) {
      this.#newestOf(message, record).failure = error
      throw error
    } finally {
      this.#newest.delete(message.id)
    }
  }

  /** Another try of a call begins, which nobody stands around; the one before may have failed. */
  again(message: AgentMessage, failure: unknown): void {
    const before = this.#newest.get(message.id)
    if (before === undefined) return
    if (failure !== undefined) before.failure = failure
    const record = { input: message.payload, attempt: message.attempt, message, idempotencyKey: before.idempotencyKey }
    this.#calls.push(record)
    this.#newest.set(message.id, record)
  }

  #newestOf(message: AgentMessage, first: Writable<CallRecord>): Writable<CallRecord> {
    return this.#newest.get(message.id) ?? first
  }
}
