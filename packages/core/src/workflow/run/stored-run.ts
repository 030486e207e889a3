import { type Clock, isEnded, Failure, isFailure } from '../../ports/index.js'
import type { WorkflowDefinition } from '../graph/index.js'
import { type Beginning, type Ending, type History, type Unfinished, valueOf } from '../journal/index.js'
import { checkedOutput } from './contract.js'
import type { BeginStep } from './frame.js'
import { migrated } from './migrated.js'
import type { Past } from './past.js'
import { eventOf, isNumbered, type RecordedEvent } from './run-events.js'
import { Replay } from './replay.js'
import { type AnyResult, type Conclusion, resultOf, failedBy } from './run-result.js'
import { tenantOf } from './tenants.js'
import { awaitedOf } from './waits.js'

/** By this key the data of its session, as they were when it began, stand among the records of a run. */
export const sessionKey = '$session'

/** Reads what is stored of runs as results. */
export class StoredRuns {
  readonly #clock: Clock
  readonly #begin: BeginStep
  readonly #maxTakeovers: number

  constructor(clock: Clock, begin: BeginStep, maxTakeovers: number) {
    this.#clock = clock
    this.#begin = begin
    this.#maxTakeovers = maxTakeovers
  }

  /** The run told once more from its records. */
  async replay(definition: WorkflowDefinition, history: History, past?: Past): Promise<Replay> {
    const { head } = history
    const { input } = valueOf(head.input) as Beginning
    const replay = new Replay({
      definition,
      id: head.id,
      tenant: tenantOf(head.tenant),
      session: head.session,
      sessionData: sessionDataOf(history) ?? {},
      input,
      past: past ?? (await migrated(definition, history)),
      createdAt: head.createdAt,
      clock: this.#clock,
      begin: this.#begin,
    })
    return replay.tell()
  }

  /** What has become of a run, so far. */
  async result(definition: WorkflowDefinition, history: History): Promise<AnyResult> {
    const { head } = history
    const replay = await this.replay(definition, history)
    const conclusion = await this.#conclusion(history, replay)
    if (isEnded(head.status)) {
      replay.frame.stop(head.status === 'cancelled' ? 'the run was cancelled' : 'the run has ended')
    }
    const told = valueOf(head.output ?? head.failure) as Ending | Unfinished | undefined
    const wallMs = told?.ms ?? (head.endedAt ?? this.#clock.now()) - head.createdAt
    return resultOf(head.id, definition, replay.frame.outcomes, Math.max(0, wallMs), conclusion)
  }

  /** What is recorded of a run after the event of this number, as events. */
  events({ records }: History, after: number): readonly RecordedEvent[] {
    return records
      .filter(isNumbered)
      .slice(after)
      .map((record, index) => eventOf(after + index + 1, record))
  }

  async #conclusion({ head }: History, replay: Replay): Promise<Conclusion> {
    switch (head.status) {
      case 'succeeded':
        return { ok: true, status: 'succeeded', output: await outputOfStored(head.output, replay) }
      case 'partial': {
        const output = await outputOfStored(head.output, replay)
        return { ok: true, status: 'partial', output, failures: replay.failures ?? {} }
      }
      case 'failed': {
        const { failure: told, step, because } = (valueOf(head.failure) ?? {}) as Unfinished
        const failure = isFailure(told) ? told : unreadable(because)
        const { graph } = replay.frame.definition
        return failedBy(
          failure,
          graph.nodes.find(({ name }) => name === step),
        )
      }
      case 'cancelled': {
        const { because } = (valueOf(head.failure) ?? {}) as Unfinished
        return { ok: false, status: 'cancelled', reason: because }
      }
      case 'suspended':
        return {
          ok: false,
          status: 'suspended',
          waitingFor: replay.waits.map((wait) => awaitedOf(wait, this.#clock)),
        }
      case 'needs-attention': {
        const attention = { ok: false, status: 'needs-attention' } as const
        const { unread } = replay.past
        if (replay.unclearStep !== undefined) {
          return { ...attention, step: replay.unclearStep, because: 'outcome-unknown' }
        }
        if (head.takeovers > this.#maxTakeovers) return { ...attention, because: 'too-many-recoveries' }
        return { ...attention, ...(unread !== undefined && { step: unread }), because: 'definition-changed' }
      }
      case 'running':
      case 'pending':
        return { ok: false, status: 'running', because: 'stopped-waiting' }
    }
  }
}

/** The data of its session with which a run began; nothing where it has not got so far, or has no session. */
export function sessionDataOf({ records }: History): object | undefined {
  const record = records.find(({ key }) => key === sessionKey)
  return record && (valueOf(record.body) as object)
}

async function outputOfStored(body: string | undefined, { frame }: Replay): Promise<unknown> {
  const { output, step } = (valueOf(body) ?? {}) as Ending
  if (step === undefined) return output
  const place = frame.definition.graph.find(step)
  const outcome = place === undefined ? undefined : frame.outcomes[place]
  return checkedOutput(frame.definition, outcome?.status === 'succeeded' ? outcome.output : undefined)
}

function unreadable(because: unknown): Failure {
  return new Failure({
    code: 'workflow.failed',
    message: typeof because === 'string' ? because : 'The run has failed.',
    remedy: '',
    retryable: false,
    details: {},
  })
}
