import type { AgentMessage } from '../../../ports/index.js'

/** A member of a pool that can serve a message, as a strategy sees it. */
export interface Candidate {
  readonly id: string
  readonly weight: number
  /** How many calls it may have under way; `Infinity` where nothing was said. */
  readonly capacity: number
  readonly inFlight: number
  /** What a call of it takes, peaks counting more; a guess as long as none has ended. */
  readonly latencyMs: number
}

/** A strategy of the host's own. */
export interface Strategy {
  readonly name: string
  /** Returns one of the candidates, of which there is at least one. */
  readonly choose: (candidates: readonly Candidate[], message: AgentMessage) => Candidate
}
