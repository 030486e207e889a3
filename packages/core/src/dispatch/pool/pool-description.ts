import type { AgentDefinition, AgentOptions, Operations } from '../agent/index.js'
import type { MemberSpec } from './member-options.js'
import type { PoolSettings } from './pool-options.js'

/** What a pool is described by, with nothing left open. */
export interface PoolDescription extends AgentOptions {
  readonly name: string
  readonly members: readonly MemberSpec[]
  readonly settings: PoolSettings
  /** Answers those of the pool's operations that a test stubs. */
  readonly stub?: AgentDefinition | undefined
}

/** The same, with the pool's own operations. */
export interface DescribedPool extends PoolDescription {
  readonly operations: Operations
}
