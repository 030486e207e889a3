import {
  type AgentHealth,
  type AgentMessage,
  type Capabilities,
  type Contract,
  nextMoment,
  type Policy,
} from '../../ports/index.js'
import type { ActiveCall, AgentAtWork, MaybePromise } from '../agent/index.js'
import { CallExecution, type Wanted, type Worker } from './call-execution.js'
import { LivePolicy } from './live-policy.js'
import { PendingTry } from './pending-try.js'
import { rejected } from './rejected.js'

/** The policies of one agent: that of an operation where it has one of its own, else that of the agent. */
export interface PoliciesOfAgent {
  readonly ofAgent: Policy | undefined
  readonly ofOperations: ReadonlyMap<string, Policy>
}

/** An agent whose calls go through policies. */
export class GuardedAgent implements AgentAtWork {
  readonly name: string
  readonly health?: (call: { readonly signal: AbortSignal }) => MaybePromise<AgentHealth>
  readonly close?: () => MaybePromise<void>
  readonly #agent: AgentAtWork
  readonly #worker: Worker
  readonly #policies: PoliciesOfAgent

  constructor(worker: Worker, policies: PoliciesOfAgent) {
    const { agent } = worker
    this.name = agent.name
    this.#agent = agent
    this.#worker = worker
    this.#policies = policies
    if (agent.health) this.health = (call) => agent.health?.(call) as MaybePromise<AgentHealth>
    if (agent.close) this.close = () => agent.close?.()
  }

  capabilities(): Capabilities {
    return this.#agent.capabilities()
  }

  answer(message: AgentMessage, call: ActiveCall): MaybePromise<AgentMessage> {
    return this.#execute(message, call, 'answer') as MaybePromise<AgentMessage>
  }

  output(message: AgentMessage, call: ActiveCall): MaybePromise<unknown> {
    return this.#execute(message, call, 'output')
  }

  policyOf(operation: string): Policy | undefined {
    const { ofAgent, ofOperations } = this.#policies
    return (ofOperations.size === 0 ? undefined : ofOperations.get(operation)) ?? ofAgent
  }

  #execute(message: AgentMessage, call: ActiveCall, wanted: Wanted): unknown {
    const own = call.policy ?? this.policyOf(message.operation)
    const policy = call.isOnce === true && own instanceof LivePolicy ? own.once : own
    if (policy === undefined) return this.#work(message, call, wanted)
    if (!(policy instanceof LivePolicy)) return this.#executeForeign(policy, message, call, wanted)
    const { refusal } = policy.layers
    if (refusal !== undefined) {
      call.took(0, 0)
      return rejected(refusal)
    }
    if (policy.isLight) return this.#executeLightly(policy, message, call, wanted)
    return new CallExecution(policy, this.#worker, message, call, wanted).run(call.beganAt)
  }

  /** Where nothing but its own failure can part the first try from its call, an execution begins with that failure. */
  #executeLightly(policy: LivePolicy, message: AgentMessage, call: ActiveCall, wanted: Wanted): unknown {
    const { breaker, retryBudget } = policy.layers
    retryBudget?.deposit()
    const moment = nextMoment()
    const permit = breaker?.tryAdmit(Number.NaN) ?? 0
    // Of its own: what a try that is over has begun must stop, and nothing else.
    const first = call.tried(message)
    const goOn = (error: unknown): Promise<unknown> => {
      first.end(error)
      const execution = new CallExecution(policy, this.#worker, message, call, wanted)
      return execution.goOn(error, permit, moment)
    }
    let result: unknown
    try {
      result = this.#work(message, first, wanted)
    } catch (error) {
      return goOn(error)
    }
    if (!(result instanceof Promise)) {
      breaker?.succeeded(permit, Number.NaN, Number.NaN)
      return result
    }
    if (breaker === undefined) return result.catch(goOn)
    const pending = new PendingTry(breaker, permit, call)
    call.watch(pending)
    return (result as Promise<unknown>).then(
      (value) => {
        pending.succeeded()
        return value
      },
      (error: unknown) => {
        pending.isOver = true
        return goOn(error)
      },
    )
  }

  #work(message: AgentMessage, call: ActiveCall, wanted: Wanted): unknown {
    return wanted === 'answer' ? this.#agent.answer(message, call) : this.#agent.output(message, call)
  }

  /** Whether a policy of another library counts its tries is its own affair: then the message does. */
  async #executeForeign(policy: Policy, message: AgentMessage, call: ActiveCall, wanted: Wanted): Promise<unknown> {
    const agent = this.#agent
    let attempts = 0
    const work = async ({ signal }: { readonly signal: AbortSignal }): Promise<unknown> => {
      attempts += 1
      const own = attempts === 1 ? message : { ...message, attempt: message.attempt + attempts - 1 }
      const tried = call.tried(own, triedUntil(signal, call))
      return wanted === 'answer' ? agent.answer(own, tried) : agent.output(own, tried)
    }
    try {
      return await policy.execute(work, call.context.signal)
    } finally {
      call.took(attempts, 0)
    }
  }
}

function triedUntil(signal: AbortSignal, call: ActiveCall) {
  return {
    signal,
    get isOver() {
      return signal.aborted
    },
    startedAt: Number.NaN,
    dueAt: call.dueAt,
    // What it begins hangs on the call; which tries there are, the other library alone knows.
    adopt: () => {},
    disown: () => {},
  }
}

/** What an agent's operations promise, where they do. */
export function contractsOf(operations: Readonly<Record<string, { readonly contract: Contract }>>) {
  return (operation: string): Contract | undefined =>
    Object.hasOwn(operations, operation) ? operations[operation]?.contract : undefined
}
