import {
  type AgentMessage,
  type AgentProtocol,
  type CallContext,
  type Capabilities,
  isFailure,
  reply,
} from '../../ports/index.js'
import { testingFailure } from '../testing-failure.js'

/** One answer: an output, a failure, or a function of the payload and the call; one that comes last may go on for ever. */
export type ScriptedAnswer = unknown

/** What an agent answers, by operation, one answer for each call, in order. */
export type AgentScript = Readonly<Record<string, readonly ScriptedAnswer[]>>

/** An agent that answers from a script, and fails whatever the script does not expect. */
export class ScriptedAgent implements AgentProtocol {
  readonly name: string
  /** The requests so far, in order, those that were not expected among them. */
  readonly received: AgentMessage[] = []
  readonly #script: ReadonlyMap<string, readonly ScriptedAnswer[]>
  readonly #used = new Map<string, number>()

  constructor(name: string, script: AgentScript) {
    this.name = name
    this.#script = new Map(Object.entries(script))
  }

  /** How many answers nobody has asked for. */
  get unused(): number {
    return Array.from(this.#script, ([operation, answers]) => answers.length - (this.#used.get(operation) ?? 0))
      .filter((left) => left > 0)
      .reduce((sum, left) => sum + left, 0)
  }

  capabilities(): Capabilities {
    return { operations: Object.fromEntries(Array.from(this.#script.keys(), (operation) => [operation, {}])) }
  }

  async process(message: AgentMessage, call: CallContext): Promise<AgentMessage> {
    this.received.push(message)
    const answer = this.#next(message.operation)
    if (isFailure(answer)) throw answer
    if (typeof answer !== 'function') return reply(message, answer, call)
    return reply(
      message,
      await (answer as (payload: unknown, call: CallContext) => unknown)(message.payload, call),
      call,
    )
  }

  #next(operation: string): ScriptedAnswer {
    const answers = this.#script.get(operation) ?? []
    const used = this.#used.get(operation) ?? 0
    this.#used.set(operation, used + 1)
    const last = answers.at(-1)
    if (used < answers.length) return answers[used]
    if (typeof last === 'function') return last
    throw testingFailure('testing.unexpected_call', { operation: `${this.name}.${operation}`, answers: answers.length })
  }
}
