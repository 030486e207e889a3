import type { WorkflowSettings } from './run-settings.js'
import { Slots } from './slots.js'

/** What bounds how many steps go on at once in this process, all runs together. */
export class Gates {
  readonly #settings: WorkflowSettings
  readonly #overall: Slots
  readonly #ofAgents = new Map<string, Slots>()

  constructor(settings: WorkflowSettings) {
    this.#settings = settings
    this.#overall = new Slots(settings.maxSteps)
  }

  /** What the steps of one more run have to pass, by the agent that is asked. */
  forRun(): (agent: string) => readonly Slots[] {
    const { maxStepsPerRun, parallelThreshold, maxStepsPerAgent } = this.#settings
    const own = new Slots(maxStepsPerRun, parallelThreshold)
    const usual = [own, this.#overall]
    if (maxStepsPerAgent === undefined) return () => usual
    const byAgent = new Map<string, readonly Slots[]>()
    return (agent) => {
      let gates = byAgent.get(agent)
      if (gates === undefined) {
        gates = [own, this.#ofAgent(agent, maxStepsPerAgent), this.#overall]
        byAgent.set(agent, gates)
      }
      return gates
    }
  }

  /** Lets no step begin until it is told otherwise. */
  set isShut(isShut: boolean) {
    this.#overall.limit = isShut ? 0 : this.#settings.maxSteps
  }

  #ofAgent(agent: string, limit: number): Slots {
    let slots = this.#ofAgents.get(agent)
    if (slots === undefined) {
      slots = new Slots(limit)
      this.#ofAgents.set(agent, slots)
    }
    return slots
  }
}
