import type { AgentProtocol, Needs, Operation, PolicyLike } from '../../ports/index.js'
import type { Provision } from './active-call.js'
import type { AgentDefinition, AgentOptions, CodeOf, Operations } from './agent-definition.js'
import type { AgentAtWork } from './agent-at-work.js'
import { BoundAgent } from './bound-agent.js'

/** An agent of typed operations, with code of their own or that of an agent of the host's making. */
export class CodeDefinition implements AgentDefinition {
  readonly name: string
  readonly operations: Operations
  /** The agent of the host's own making behind the operations, if there is one. */
  readonly protocol: AgentProtocol | undefined
  readonly policy: PolicyLike | undefined
  readonly groups: readonly string[] | undefined
  readonly #options: AgentOptions

  constructor(name: string, operations: Operations, protocol: AgentProtocol | undefined, options: AgentOptions) {
    this.name = name
    this.operations = operations
    this.protocol = protocol
    this.policy = options.policy
    this.groups = options.groups
    this.#options = options
    Object.freeze(this)
  }

  get requirements(): readonly { readonly name: string; readonly needs: Needs }[] {
    return Object.values(this.operations).map(({ name, needs }) => ({ name: `${this.name}.${name}`, needs }))
  }

  withCode(codeOf: CodeOf): CodeDefinition {
    const replaced = Object.entries(this.operations).map(([name, one]): [string, Operation] => {
      const run = codeOf(one)
      return [name, run === undefined ? one : (Object.freeze({ ...one, needs: {}, run }) as Operation)]
    })
    return new CodeDefinition(this.name, Object.fromEntries(replaced), this.protocol, this.#options)
  }

  bind(provision: Provision): AgentAtWork {
    return new BoundAgent(this, provision)
  }
}
