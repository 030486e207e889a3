import { InMemoryStateStore } from '../memory/store/index.js'
import type { AnyWorkflow, CommonOptions } from '../orchestrator/options.js'
import type { Orchestrator } from '../orchestrator/running-orchestrator.js'
import {
  type Clock,
  type Head,
  isFailure,
  type Operation,
  type RunRecord,
  type StateStore,
  stateStore,
} from '../ports/index.js'
import type { CallRecord } from './call-recorder.js'
import { ManualClock } from './doubles/manual-clock.js'
import type { Stub } from './stub.js'
import { StubScript } from './stub-script.js'
import { testingFailure } from './testing-failure.js'

/** What a run is given besides its input, in a test of crashes. */
export interface CrashOptions {
  readonly tenant?: string
  readonly session?: string
  /** What it is told, in this order. */
  readonly signals?: readonly { readonly signal: Parameters<Handle['signal']>[0]; readonly payload: unknown }[]
}

/** What came of a test of crashes. */
export interface CrashReport {
  /** How often the run was cut off: before its first record, and after each. */
  readonly crashes: number
}

/** Makes an orchestrator of the test's own options, with these stubs and this store. */
export type CreateAgain = (
  stubs: readonly Stub[] | undefined,
  ports: NonNullable<CommonOptions['ports']>,
) => Promise<
  Orchestrator & { readonly clock: Clock; readonly records: readonly CallRecord[]; advance(ms: number): Promise<void> }
>

type Handle = Awaited<ReturnType<Orchestrator['start']>>
type Result = Awaited<ReturnType<Handle['result']>>
type Again = Awaited<ReturnType<CreateAgain>>

const id = 'run'

/**
 * Runs a workflow once to its end; then once more for each of its records, as if its process had been killed right after that
 * one was stored, and another one had taken the run over. Rejects where that comes to anything else, does again what is
 * recorded, or gives a repeated step another idempotency key.
 */
export async function surviveCrashes(
  create: CreateAgain,
  stubs: readonly Stub[] | undefined,
  workflow: AnyWorkflow,
  input: unknown,
  options: CrashOptions,
): Promise<CrashReport> {
  const { tenant, session } = options
  const place = tenant === undefined ? {} : { tenant }
  const uncut = await withStore(create, stubs, undefined, async (t) => {
    // Whoever gave it was held to the type of the workflow's input.
    const run = await t.start(workflow, input as never, { id, session, ...place })
    const result = await ended(t, run, options)
    return { result, history: await t.runs.history(id, place), calls: t.records }
  })
  const { head, records } = uncut.history as { readonly head: Head; readonly records: readonly RunRecord[] }
  for (let count = 0; count <= records.length; count++) {
    const kept = records.slice(0, count)
    const after = kept.at(-1)?.key ?? 'it was created'
    const fault = (because: string, cause?: unknown) =>
      testingFailure('testing.not_crash_safe', { after, because }, cause)
    const settled = new Set(kept.filter(({ kind }) => kind === 'result' || kind === 'failure').map(({ key }) => key))
    const isRecorded = ({ message }: CallRecord) => settled.has(message.step ?? '')
    const left = StubScript.without(stubs, (operation) => placesOf(uncut.calls, operation, isRecorded))
    const seed = (store: StateStore) => seeded(store, head, kept)
    // What was begun, and is not to be begun twice, a person has to decide about: then nobody comes to the answers left.
    let isDecidedLater = false
    try {
      await withStore(create, left, seed, async (t) => {
        const run = t.attach(workflow, id, place)
        const result = await ended(t, run, options)
        isDecidedLater = isUnclear(result, kept)
        const because = isDecidedLater ? undefined : differenceOf(uncut, { result, calls: t.records }, isRecorded)
        if (because !== undefined) throw fault(because)
      })
    } catch (error) {
      if (!isFailure(error, 'testing.unmet')) throw error
      if (!isDecidedLater) throw fault(error.message, error)
    }
  }
  return { crashes: records.length + 1 }
}

async function withStore<Outcome>(
  create: CreateAgain,
  stubs: readonly Stub[] | undefined,
  seed: ((store: StateStore) => Promise<void>) | undefined,
  work: (t: Again) => Promise<Outcome>,
): Promise<Outcome> {
  const time = new LateClock()
  const store = new InMemoryStateStore({ clock: time })
  await seed?.(store)
  const t = await create(stubs, [{ token: stateStore, part: store }])
  time.clock = t.clock
  let outcome: Outcome
  try {
    outcome = await work(t)
  } catch (error) {
    // What it has come to tells more than which answers were left.
    await t.close().catch(() => {})
    throw error
  }
  await t.close()
  return outcome
}

/** A run whose process is gone, as far as it had got. */
async function seeded(store: StateStore, head: Head, kept: readonly RunRecord[]): Promise<void> {
  const run = { tenant: head.tenant, id: head.id }
  const { workflow, version, shape, input, session, parent } = head
  const plain = kept.map(({ key, kind, body, agent, attempt, tookMs }) => ({ key, kind, body, agent, attempt, tookMs }))
  const created = { workflow, version, shape, input, session, parent, status: 'running' } as const
  const records = plain.filter(({ kind }) => kind !== 'signal')
  await store.append([{ kind: 'create', run, runner: 'a process that is gone', head: created, records }])
  for (const record of plain) if (record.kind === 'signal') await store.append([{ kind: 'signal', run, record }])
}

/** What has become of a run, once it has been told all it is told, and has slept as long as it sleeps. */
async function ended(t: Again, run: Handle, { signals = [] }: CrashOptions): Promise<Result> {
  for (const [index, { signal, payload }] of signals.entries()) {
    try {
      await run.signal(signal, payload, { id: `signal ${index}` })
    } catch (error) {
      // It may have ended without it.
      if (!isFailure(error, 'workflow.not_open')) throw error
    }
  }
  for (;;) {
    const result = await run.result()
    if (result.status !== 'suspended') return result
    const untils = result.waitingFor.flatMap(({ until }) => until?.getTime() ?? [])
    if (untils.length === 0) return result
    await t.advance(Math.max(1, Math.min(...untils) - t.clock.now()))
  }
}

/** Which of the calls of an operation, by their place, were made for steps that are recorded. */
function placesOf(
  calls: readonly CallRecord[],
  { agent, name }: Operation,
  isRecorded: (call: CallRecord) => boolean,
): ReadonlySet<number> {
  const own = calls.filter(({ message }) => nameOf(message) === `${agent}.${name}`)
  return new Set(own.flatMap((call, index) => (isRecorded(call) ? [index] : [])))
}

function isUnclear(result: Result, kept: readonly RunRecord[]): boolean {
  if (result.status !== 'needs-attention' || result.because !== 'outcome-unknown') return false
  return kept.some(({ kind, key }) => kind === 'mark' && key.startsWith(`${result.step}!`))
}

interface Seen {
  readonly result: Result
  readonly calls: readonly CallRecord[]
}

function differenceOf(uncut: Seen, cut: Seen, isRecorded: (call: CallRecord) => boolean): string | undefined {
  const again = cut.calls.find(isRecorded)
  if (again !== undefined) return `${again.message.step} is recorded, and was done again`
  const keys = new Map(uncut.calls.map((call) => [workOf(call), call.idempotencyKey]))
  for (const call of cut.calls) {
    const key = keys.get(workOf(call))
    if (key !== undefined && key !== call.idempotencyKey) {
      return `${call.message.step} was repeated with another idempotency key`
    }
  }
  const [before, after] = [essenceOf(uncut.result), essenceOf(cut.result)]
  return before === after ? undefined : `${after}, and not ${before}`
}

function workOf({ message }: CallRecord): string {
  return `${message.step} ${nameOf(message)} ${message.depth}`
}

function nameOf({ receiver, operation }: CallRecord['message']): string {
  return 'agent' in receiver ? `${receiver.agent}.${operation}` : operation
}

/** What a result says, without what differs from one run to the next: times, stacks, what a failure says besides its code. */
function essenceOf(result: Result): string {
  const { runId: _, times: __, steps, ...rest } = result
  const bare = (_key: string, value: unknown) => {
    if (isFailure(value)) return { code: value.code }
    if (typeof value === 'bigint') return `${value}n`
    if (value instanceof Map || value instanceof Set) return [...value]
    return value
  }
  const outcomes = Object.entries(steps as Record<string, Record<string, unknown>>).map(
    ([name, { ms: _ms, waitedMs: _waited, ...outcome }]) => [name, outcome],
  )
  const { suggestions: _suggestions, ...told }: Readonly<Record<string, unknown>> = rest
  return JSON.stringify([told, Object.fromEntries(outcomes.toSorted(byName))], bare)
}

function byName([one]: readonly unknown[], [other]: readonly unknown[]): number {
  return String(one) < String(other) ? -1 : 1
}

/** The clock of an orchestrator that is still being made; until it is there, time stands at its beginning. */
class LateClock implements Clock {
  clock: Clock = new ManualClock()

  now(): number {
    return this.clock.now()
  }

  monotonic(): number {
    return this.clock.monotonic()
  }

  schedule(...given: Parameters<Clock['schedule']>) {
    return this.clock.schedule(...given)
  }
}
