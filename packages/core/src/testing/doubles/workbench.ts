import { type AgentMessage, createMessage, type MessageInit, type Policy, type PolicyLike } from '../../ports/index.js'
import { ManualClock } from './manual-clock.js'
import { RecordingEventSink } from './recording-event-sink.js'
import { SeededRandom } from './seeded-random.js'

/** Work that was begun, and that the test ends. */
export interface HeldWork {
  readonly by: string
  readonly done: (output?: unknown) => void
  readonly failed: (error: unknown) => void
}

/** Where a test puts agents to work without an orchestrator: all time, chance and work is in its hands. */
export class Workbench {
  readonly clock = new ManualClock()
  readonly random: SeededRandom
  readonly events = new RecordingEventSink({ clock: this.clock })
  /** Work under way, in the order in which it began. */
  readonly held: HeldWork[] = []
  /** Who began work, in order. */
  readonly began: string[] = []
  readonly provision

  constructor({ seed = 1 }: { readonly seed?: number } = {}) {
    this.random = new SeededRandom(seed)
    const { clock, random, events } = this
    const constants = (): Readonly<Record<string, unknown>> | undefined => ({})
    const around = (name: string, policy: PolicyLike): Policy =>
      'start' in policy ? policy.start({ name, clock, random, events }) : policy
    this.provision = { clock, random, events, policies: { around }, constants }
  }

  /** The code of an operation whose work goes on until the test ends it. */
  holding(by: string): () => Promise<never> {
    return () => {
      this.began.push(by)
      return new Promise((resolve, reject) => {
        const end = () => this.held.splice(this.held.indexOf(work), 1)
        const work: HeldWork = {
          by,
          done: (output = {}) => {
            end()
            resolve(output as never)
          },
          failed: (error) => {
            end()
            reject(error as Error)
          },
        }
        this.held.push(work)
      })
    }
  }

  /** The newest work under way of somebody. */
  workOf(by: string): HeldWork | undefined {
    return this.held.findLast((one) => one.by === by)
  }

  request(init: Partial<MessageInit> = {}): AgentMessage {
    const filled = { sender: 'a-host', receiver: { agent: 'search' }, operation: 'find', payload: {}, ...init }
    return createMessage(filled, { newId: () => this.random.id(), now: () => this.clock.now() })
  }
}
