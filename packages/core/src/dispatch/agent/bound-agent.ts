import {
  type AgentHealth,
  type AgentMessage,
  type AgentProtocol,
  type CallContext,
  type Capabilities,
  type Operation,
  reply,
  type SchemaResult,
  type StandardSchema,
} from '../../ports/index.js'
import type { ActiveCall, Provision } from './active-call.js'
import type { Operations } from './agent-definition.js'
import { type AgentAtWork, after, type MaybePromise } from './agent-at-work.js'
import { agentFailure, violation } from './failures.js'
import { describeSchema } from './json-schema.js'
import type { RunnableOperation } from './operation.js'
import { lifeOf } from './own-agent.js'

type Standard = StandardSchema['~standard']

/** What an agent's code consists of. */
export interface AgentCode {
  readonly name: string
  readonly operations: Operations
  /** The agent of the host's own making behind the operations, if there is one. */
  readonly protocol: AgentProtocol | undefined
}

/** One operation, ready for the hot path: what it takes to run it, looked up once. */
interface BoundOperation {
  readonly operation: Operation
  readonly input: Standard
  readonly output: Standard
  readonly run: RunnableOperation['run']
  readonly needsNothing: boolean
  readonly constants: Readonly<Record<string, unknown>> | undefined
}

/** A defined agent at work in one orchestrator: it checks what comes in, does the work, and checks what goes out. */
export class BoundAgent implements AgentAtWork {
  readonly name: string
  readonly health?: (call: { readonly signal: AbortSignal }) => MaybePromise<AgentHealth>
  readonly close?: () => MaybePromise<void>
  readonly #code: AgentCode
  readonly #operations = new Map<string, BoundOperation>()
  #capabilities: Capabilities | undefined

  constructor(code: AgentCode, provision: Provision) {
    this.name = code.name
    this.#code = code
    Object.assign(this, lifeOf(code.protocol))
    for (const [name, operation] of Object.entries(code.operations)) {
      this.#operations.set(name, {
        operation,
        input: operation.contract.input['~standard'],
        output: operation.contract.output['~standard'],
        run: (operation as RunnableOperation).run,
        needsNothing: Object.keys(operation.needs).length === 0,
        constants: provision.constants(operation.needs),
      })
    }
  }

  capabilities(): Capabilities {
    // Made when first asked for: to describe a schema costs a hundred times what a call costs.
    this.#capabilities ??= { operations: describeOperations(this.#code) }
    return this.#capabilities
  }

  answer(message: AgentMessage, call: ActiveCall): MaybePromise<AgentMessage> {
    return after(this.output(message, call), (output) => reply(message, output, call.context))
  }

  output(message: AgentMessage, call: ActiveCall): MaybePromise<unknown> {
    const bound = this.#operations.get(message.operation)
    if (bound === undefined) {
      const known = [...this.#operations.keys()]
      throw agentFailure('agent.unknown_operation', { agent: this.name, operation: message.operation, known })
    }
    return after(bound.input.validate(message.payload), (checked) => this.#begin(bound, checked, call))
  }

  #begin(bound: BoundOperation, checked: SchemaResult<unknown>, call: ActiveCall): MaybePromise<unknown> {
    if (checked.issues) throw agentFailure('agent.invalid_input', violation(this.#place(bound), checked.issues))
    const { value } = checked
    if (bound.needsNothing) return this.#run(bound, value, call.context)
    if (bound.constants !== undefined && !call.overridesNeeds) {
      return this.#run(bound, value, call.contextWith(bound.constants))
    }
    return call.resolve(bound.operation.needs).then((needed) => this.#run(bound, value, call.contextWith(needed)))
  }

  #run(bound: BoundOperation, input: unknown, context: CallContext): MaybePromise<unknown> {
    return after(bound.run(input, context), (output) => this.#end(bound, output))
  }

  #end(bound: BoundOperation, output: unknown): MaybePromise<unknown> {
    return after(bound.output.validate(output), (checked) => {
      if (checked.issues) throw agentFailure('agent.invalid_output', violation(this.#place(bound), checked.issues))
      return checked.value
    })
  }

  #place({ operation }: BoundOperation) {
    return { agent: this.name, operation: operation.name }
  }
}

function describeOperations({ operations, protocol }: AgentCode): Capabilities['operations'] {
  const own = protocol?.capabilities().operations
  return Object.fromEntries(
    Object.entries(operations).map(([name, { description = own?.[name]?.description, contract }]) => [
      name,
      {
        ...(description !== undefined && { description }),
        input: describeSchema(contract.input, 'input'),
        output: describeSchema(contract.output, 'output'),
      },
    ]),
  )
}
