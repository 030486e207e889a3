import type { AgentMessage, BudgetRemaining, Operation, Stamp } from '../protocol/index.js'
import type { Logger } from './logger.js'

/**
 * What an agent knows of the call it is working on, and what it can do meanwhile. Its members may be taken off it by name
 * (`{ signal, ask }`), but not all at once (`{ ...call }`, `{ signal, ...rest }`): they are made when they are read.
 */
export interface CallContext extends Stamp {
  /** The request itself. */
  readonly message: AgentMessage
  /** Aborts when nobody waits for the answer any more: cancelled, too late, or closing. Its `reason` tells. Made when first read. */
  readonly signal: AbortSignal
  /** 1 for the first try of this piece of work. */
  readonly attempt: number
  readonly runId: string | undefined
  readonly step: string | undefined
  readonly tenant: string | undefined
  readonly session: SessionHandle | undefined
  /** The orchestrator's logger; its lines name the agent, the operation and the correlation id. */
  readonly log: Logger
  /** How long there is until the deadline; `Infinity` when there is none, 0 when it has passed. */
  readonly remainingMs: () => number
  /** A key that is equal whenever this piece of work is repeated, and differs for each `effect` named. */
  readonly idempotencyKey: (effect?: string) => string
  /** Tells whoever watches how far the work is. It never fails and waits for nobody. */
  readonly progress: (data: unknown) => void
  /** What the request may still spend; members that are absent are unbounded. */
  readonly budget: () => BudgetRemaining
  /** Tells what this work has consumed, whenever it knows: it is added up, and what is spent is not given back. */
  readonly spend: (usage: Usage) => void
  /** Asks another agent, within this request: its session, tenant, deadline, cancellation and correlation are passed on. */
  readonly ask: <Input, Output>(
    operation: Operation<Input, Output>,
    input: NoInfer<Input>,
    options?: {
      readonly timeoutMs?: number
      readonly signal?: AbortSignal
      readonly idempotencyKey?: string
      /** What it will probably consume: so much is set aside while it is under way. */
      readonly estimate?: Usage
    },
  ) => Promise<Output>
}

/** What was consumed, or probably will be: numbers from 0. */
export interface Usage {
  readonly tokens?: number | undefined
  readonly costUsd?: number | undefined
}

/** The session that a call belongs to. */
export interface SessionHandle {
  readonly id: string
}
