import { type AgentMessage, isFailure, type Operation } from '../ports/index.js'
import type { Stub } from './stub.js'
import { testingFailure } from './testing-failure.js'

/** What the stubs of a test answer, and what did not go as they say. */
export class StubScript {
  readonly #isGiven: boolean
  readonly #lines = new Map<string, StubLine>()
  readonly #unmet: string[] = []

  constructor(stubs: readonly Stub[] | undefined) {
    this.#isGiven = stubs !== undefined
    for (const { operation, answers, spare } of stubs ?? []) {
      const key = keyOf(operation.agent, operation.name)
      if (this.#lines.has(key)) {
        throw testingFailure('testing.stubbed_twice', { operation: `${operation.agent}.${operation.name}` })
      }
      this.#lines.set(key, new StubLine(operation, answers, spare))
    }
  }

  /** The code that gives an operation's answers, if it has any. */
  codeOf(operation: Operation): ((input: unknown) => unknown) | undefined {
    const line = this.#lines.get(keyOf(operation.agent, operation.name))
    if (line?.answers === undefined) return undefined
    return (input) => {
      try {
        return line.next(input)
      } catch (error) {
        if (testingFailure.is(error, 'testing.unexpected_call')) this.#unmet.push(error.message)
        throw error
      }
    }
  }

  /** The stubs as they are after some of their answers were used: by the places of those among the calls of an operation. */
  static without(
    stubs: readonly Stub[] | undefined,
    used: (operation: Operation) => ReadonlySet<number>,
  ): readonly Stub[] | undefined {
    return stubs?.map((one) => {
      const { operation, answers } = one
      if (answers === undefined) return one
      const gone = used(operation)
      // A function that comes last answers all further calls.
      const isLasting = (index: number) => index === answers.length - 1 && typeof answers[index] === 'function'
      const left = answers.filter((_, index) => !gone.has(index) || isLasting(index))
      return { operation, answers: left, spare: gone.has(answers.length - 1) && isLasting(answers.length - 1) ? 1 : 0 }
    })
  }

  /** Why a message may not be answered for real: in a test with stubs, an agent asks for what is not stubbed. */
  refusalOf(message: AgentMessage): Error | undefined {
    const agent = 'agent' in message.receiver ? message.receiver.agent : ''
    if (!this.#isGiven || message.depth === 0 || this.#lines.has(keyOf(agent, message.operation))) return undefined
    const refusal = testingFailure('testing.not_stubbed', { operation: `${agent}.${message.operation}` })
    this.#unmet.push(refusal.message)
    return refusal
  }

  /** What went otherwise than the stubs say, if anything did. */
  verdict(): Error | undefined {
    const unused = [...this.#lines.values()].flatMap((line) => line.complaint ?? [])
    const unmet = [...this.#unmet, ...unused]
    return unmet.length === 0 ? undefined : testingFailure('testing.unmet', { unmet })
  }
}

/** The answers of one operation, as they are used up. */
class StubLine {
  readonly #name: string
  readonly answers: readonly unknown[] | undefined
  readonly #spare: number
  #calls = 0

  constructor({ agent, name }: Operation, answers: readonly unknown[] | undefined, spare = 0) {
    this.#spare = spare
    this.#name = `${agent}.${name}`
    this.answers = answers
  }

  get complaint(): string | undefined {
    const unused = (this.answers?.length ?? 0) - this.#spare - this.#calls
    if (unused <= 0) return undefined
    return `${this.#name} was called ${this.#calls} time(s): ${unused} answer(s) of its stub were not used.`
  }

  next(input: unknown): unknown {
    const answers = this.answers ?? []
    const last = answers.at(-1)
    const isLeft = this.#calls < answers.length
    const answer = isLeft ? answers[this.#calls] : last
    this.#calls++
    // A function that comes last answers all further calls.
    if (!isLeft && typeof last !== 'function') {
      throw testingFailure('testing.unexpected_call', { operation: this.#name, answers: answers.length })
    }
    if (isFailure(answer)) throw answer
    return typeof answer === 'function' ? (answer as (input: unknown) => unknown)(input) : answer
  }
}

function keyOf(agent: string, name: string): string {
  return JSON.stringify([agent, name])
}
