import type { AgentMessage, Operation } from '../ports/index.js'
import type { Stoppable } from './agent/index.js'
import type { AskOptions, Parent } from './call.js'
import type { Request } from './request.js'

/** Makes the calls of a request that somebody else holds open. */
export type AskWithin = (
  parent: Parent,
  operation: Operation,
  input: unknown,
  options: AskOptions | undefined,
) => Promise<unknown>

/** A request that lasts: several calls belong to it, one after the other or side by side, until its holder ends it. */
export class OpenRequest implements Parent, Stoppable {
  readonly message: AgentMessage
  readonly request: Request
  readonly dueAt: number
  made = 0
  isOver = false
  readonly #askWithin: AskWithin
  readonly #calls = new Set<Stoppable>()
  #asked = 0

  constructor(message: AgentMessage, request: Request, dueAt: number, askWithin: AskWithin) {
    this.message = message
    this.request = request
    this.dueAt = dueAt
    this.#askWithin = askWithin
  }

  /** A part of this request that can be stopped by itself. It is to be disowned when it is over. */
  branch(): OpenRequest {
    const branch = new OpenRequest(this.message, this.request, this.dueAt, this.#askWithin)
    this.adopt(branch)
    return branch
  }

  /** Has an operation done as a part of this request. */
  ask(operation: Operation, input: unknown, options?: AskOptions): Promise<unknown> {
    return this.#askWithin(this, operation, input, options)
  }

  /** Nothing more is begun, and what is under way stops. */
  stop(reason: unknown): void {
    this.isOver = true
    for (const call of this.#calls) call.stop(reason)
  }

  /** Stops, and closes what was made for the request: a promise if that waits. */
  end(reason: unknown, failure?: unknown): Promise<void> | undefined {
    this.stop(reason)
    return this.request.end(failure)
  }

  adopt(child: Stoppable): void {
    this.#calls.add(child)
  }

  disown(child: Stoppable): void {
    this.#calls.delete(child)
  }

  count(): number {
    return ++this.#asked
  }
}
