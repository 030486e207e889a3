import { bind, clock as clockPort, createOrchestrator, isFailure, lockStore, logger, random } from '@baton/core'
import { type RunHandle, type RunResult, type Settings, type StateStore, stateStore, type Workflow } from '@baton/core'
import { InMemoryLockStore, type ManualClock, RecordingLogger, SeededRandom } from '@baton/core/testing'
import { signalNamed } from './build-workflow.ts'
import { agentTimeoutMs, type CaseSpec, toldWaits } from './random-workflow.ts'
import { payloadOf } from './workflow-values.ts'

/** No retries and no circuits but those that a case asks for. */
export const plainSettings: Settings = {
  dispatch: { agentTimeoutMs },
  resilience: { maxRetries: 0, circuitBreaker: false },
}

export interface Assembly {
  readonly clock: ManualClock
  readonly workflows: readonly Workflow<never>[]
  /** Nothing: the default one, which lasts no longer than the process. */
  readonly store?: StateStore | undefined
  readonly settings?: Settings
  readonly seed?: number
}

export async function assembled({ clock, workflows, store, settings, seed = 1 }: Assembly) {
  const log = new RecordingLogger()
  const orchestrator = await createOrchestrator({
    workflows,
    ports: [
      bind(clockPort, clock),
      bind(random, new SeededRandom(seed)),
      bind(logger, log),
      ...(store === undefined ? [] : [bind(stateStore, store), bind(lockStore, new InMemoryLockStore({ clock }))]),
    ],
    settings: { ...plainSettings, ...settings },
  })
  return { orchestrator, log }
}

const settled = () => new Promise<void>((resolve) => void setImmediate(resolve))

/** Has virtual time pass, from one due task to the next, until a promise has settled; fails where nothing is due any more. */
export async function driven<Value>(clock: ManualClock, promise: Promise<Value>, mostMs = 600_000): Promise<Value> {
  let isDone = false
  const end = () => void (isDone = true)
  void promise.catch(() => {}).finally(end)
  const until = clock.monotonic() + mostMs
  for (;;) {
    await settled()
    if (isDone) return promise
    const next = clock.nextDueInMs
    if (next === undefined) throw new Error('nothing is due any more, and it has not ended')
    if (clock.monotonic() > until) throw new Error(`it has not ended after ${mostMs} ms`)
    clock.advance(next)
  }
}

/** Sends the signals of a case, at their times from now on; resolves when all are sent or refused. */
export function sendSignals(clock: ManualClock, run: RunHandle, { flow }: CaseSpec): Promise<unknown> {
  const sent = toldWaits(flow).map(async ({ signal, at }) => {
    await new Promise<void>((resolve) => void clock.schedule(at, resolve))
    try {
      await run.signal(signalNamed(signal), payloadOf(signal), { id: signal })
    } catch (error) {
      if (!isFailure(error, 'workflow.not_open')) throw error
    }
  })
  return Promise.all(sent)
}

/** What becomes of a run in the end: while it is put aside, somebody waits for it to go on. */
export async function ending(clock: ManualClock, run: RunHandle): Promise<RunResult> {
  for (;;) {
    const result = await run.result()
    if (result.status !== 'suspended') return result
    await new Promise<void>((resolve) => void clock.schedule(97, resolve))
  }
}
