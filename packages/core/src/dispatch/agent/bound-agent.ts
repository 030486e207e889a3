import {
  type AgentMessage,
  type AgentProtocol,
  type Capabilities,
  type Operation,
  reply,
  type SchemaResult,
  type StandardSchema,
} from '../../ports/index.js'
import type { ActiveCall, Provision } from './active-call.js'
import type { AgentDefinition } from './agent.js'
import { checkReply } from './check-reply.js'
import { agentFailure, violation } from './failures.js'
import { describeSchema } from './json-schema.js'
import type { RunnableOperation } from './operation.js'

type MaybePromise<T> = T | Promise<T>
type Validate = StandardSchema['~standard']['validate']

/** One operation, ready for the hot path: what it takes to run it, looked up once. */
interface BoundOperation {
  readonly operation: Operation
  readonly checkInput: Validate
  readonly checkOutput: Validate
  readonly work: (input: unknown, call: ActiveCall, message: AgentMessage) => unknown
  readonly needsNothing: boolean
  readonly constants: Readonly<Record<string, unknown>> | undefined
}

/** A defined agent at work in one orchestrator: it checks what comes in, does the work, and checks what goes out. */
export class BoundAgent implements AgentProtocol {
  readonly name: string
  readonly #definition: AgentDefinition
  readonly #operations = new Map<string, BoundOperation>()
  #capabilities: Capabilities | undefined

  constructor(definition: AgentDefinition, provision: Provision) {
    this.name = definition.name
    this.#definition = definition
    const { protocol } = definition
    for (const [name, operation] of Object.entries(definition.operations)) {
      this.#operations.set(name, {
        operation,
        checkInput: operation.contract.input['~standard'].validate,
        checkOutput: operation.contract.output['~standard'].validate,
        work: workOf(operation, protocol),
        needsNothing: Object.keys(operation.needs).length === 0,
        constants: provision.constants(operation.needs),
      })
    }
  }

  capabilities(): Capabilities {
    // Made when first asked for: to describe a schema costs a hundred times what a call costs.
    this.#capabilities ??= { operations: describeOperations(this.#definition) }
    return this.#capabilities
  }

  process(message: AgentMessage, call: ActiveCall): MaybePromise<AgentMessage> {
    const output = this.perform(message, call)
    if (isThenable(output)) return output.then((settled) => reply(message, settled, call))
    return reply(message, output, call)
  }

  /** Does the work of a message, and gives the output as it is, for who needs no message around it. */
  // Nothing here waits where nothing has to: each needless promise would cost as much as the rest of the call.
  perform(message: AgentMessage, call: ActiveCall): MaybePromise<unknown> {
    const bound = this.#operations.get(message.operation)
    if (bound === undefined) {
      const known = [...this.#operations.keys()]
      throw agentFailure('agent.unknown_operation', { agent: this.name, operation: message.operation, known })
    }
    const checked = bound.checkInput(message.payload)
    if (isThenable(checked)) return checked.then((result) => this.#begin(bound, message, result, call))
    return this.#begin(bound, message, checked, call)
  }

  #begin(
    bound: BoundOperation,
    message: AgentMessage,
    checked: SchemaResult<unknown>,
    call: ActiveCall,
  ): MaybePromise<unknown> {
    if (checked.issues) throw agentFailure('agent.invalid_input', violation(this.#place(bound), checked.issues))
    const { value } = checked
    if (bound.needsNothing) return this.#work(bound, message, value, call)
    if (bound.constants !== undefined && !call.overridesNeeds) {
      call.give(bound.constants)
      return this.#work(bound, message, value, call)
    }
    return call.resolve(bound.operation.needs).then((needed) => {
      call.give(needed)
      return this.#work(bound, message, value, call)
    })
  }

  #work(bound: BoundOperation, message: AgentMessage, input: unknown, call: ActiveCall): MaybePromise<unknown> {
    const output = bound.work(input, call, message)
    if (isThenable(output)) return output.then((settled) => this.#end(bound, settled))
    return this.#end(bound, output)
  }

  #end(bound: BoundOperation, output: unknown): MaybePromise<unknown> {
    const checked = bound.checkOutput(output)
    if (isThenable(checked)) return checked.then((result) => this.#checkedOutput(bound, result))
    return this.#checkedOutput(bound, checked)
  }

  #checkedOutput(bound: BoundOperation, checked: SchemaResult<unknown>): unknown {
    if (checked.issues) throw agentFailure('agent.invalid_output', violation(this.#place(bound), checked.issues))
    return checked.value
  }

  #place({ operation }: BoundOperation) {
    return { agent: this.name, operation: operation.name }
  }
}

/** The operation's own code; without any, a hand-written agent does the work. */
function workOf(operation: Operation, protocol: AgentProtocol | undefined): BoundOperation['work'] {
  const { run } = operation as Partial<RunnableOperation>
  if (run !== undefined) return run
  return delegateTo(protocol as AgentProtocol)
}

/** Has a hand-written agent do the work; its answer's payload is the output. */
function delegateTo(protocol: AgentProtocol): BoundOperation['work'] {
  return async (input, call, message) => {
    const answered = await protocol.process({ ...message, payload: input }, call)
    return checkReply(message, answered).payload
  }
}

function describeOperations({ operations, protocol }: AgentDefinition): Capabilities['operations'] {
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

function isThenable<T>(value: T | PromiseLike<T>): value is Promise<T> {
  return typeof (value as PromiseLike<T> | undefined | null)?.then === 'function'
}
