import assert from 'node:assert/strict'
import {
  type AgentMessage,
  type CallContext,
  type DispatchOptions,
  type MessageInit,
  type Operation,
  reply,
  type StandardSchema,
} from '../../../ports/index.js'
import type { Subject } from '../../contract.js'
import { requestFor } from '../call-for.js'
import { type DispatcherUnderTest, isSettled, joinAs, until } from '../dispatcher/bench.js'

/** One call that an agent is working on, until the case has it answer. */
export interface CallAtWork {
  readonly message: AgentMessage
  readonly call: CallContext
  readonly answer: (payload?: unknown) => void
}

/** Agents that work on each call until they are told to answer it. */
export class Bench {
  readonly #subject: Subject<DispatcherUnderTest>
  readonly #asked: CallAtWork[] = []
  #taken = 0

  constructor(subject: Subject<DispatcherUnderTest>, agents: readonly string[] = ['an-agent']) {
    this.#subject = subject
    for (const name of agents) {
      joinAs(subject.port, name, (message, call) => {
        const { promise, resolve } = Promise.withResolvers<AgentMessage>()
        this.#asked.push({ message, call, answer: (payload) => resolve(reply(message, payload, call)) })
        return promise
      })
    }
  }

  /** How many calls have reached an agent. */
  get count(): number {
    return this.#asked.length
  }

  /** Sends a request, and waits for its agent to have it. */
  async begin(init?: Partial<MessageInit>, options?: DispatchOptions): Promise<CallAtWork> {
    // A case is about the context: what the caller gets is the dispatcher's affair.
    this.#subject.port.dispatcher.dispatch(requestFor(init), options).catch(() => {})
    return this.next()
  }

  /** The next call that reaches an agent. */
  async next(): Promise<CallAtWork> {
    const index = this.#taken++
    await until(this.#subject.advance, () => this.#asked.length > index)
    return this.#asked[index] as CallAtWork
  }

  /** What becomes of a promise, which has to be settled soon. */
  async outcome<Result>(promise: Promise<Result>): Promise<Result> {
    // The case waits for it only when it has settled.
    promise.catch(() => {})
    for (let step = 0; step < 50 && !(await isSettled(promise)); step++) await this.#subject.advance(1)
    assert(await isSettled(promise), 'it has not ended')
    return promise
  }
}

const anything: StandardSchema = {
  '~standard': { version: 1, vendor: 'baton', validate: (value) => ({ value }) },
}

/** An operation as `agent` makes them, of the agent of that name. */
export function operationOf(agent: string, name = 'work'): Operation<unknown, unknown> {
  return { agent, name, contract: { input: anything, output: anything }, needs: {} }
}

/** The agent that the one at work asks. */
export const otherWork = operationOf('other')
