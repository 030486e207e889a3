import { compose } from '../orchestrator.js'
import type {
  AgentLike,
  AnyWorkflow,
  CommonOptions,
  NeededBy,
  NeededByWorkflows,
  OrchestratorOptions,
  Provided,
} from '../orchestrator/options.js'
import type { Orchestrator } from '../orchestrator/running-orchestrator.js'
import { clock, type LifecycleEvent, logger, type Operation, random, stateStore } from '../ports/index.js'
import { type CallRecord, CallRecorder } from './call-recorder.js'
import { ManualClock } from './doubles/manual-clock.js'
import { type LogLine, RecordingLogger } from './doubles/recording-logger.js'
import { SeededRandom } from './doubles/seeded-random.js'
import type { Stub } from './stub.js'
import { StubScript } from './stub-script.js'
import { type CrashOptions, type CrashReport, type CreateAgain, surviveCrashes } from './survive-crashes.js'
import { testingFailure } from './testing-failure.js'
import { VirtualClock } from './virtual-clock.js'

/** What is tested, and what takes the place of the rest. */
export type TestOptions<
  Agents extends readonly AgentLike[],
  Workflows extends readonly AnyWorkflow[] = readonly [],
> = CommonOptions & {
  readonly agents?: Agents
  readonly workflows?: Workflows
  /** What operations that run for real need. */
  readonly provide?: Partial<Provided<NeededBy<Agents> & NeededByWorkflows<Workflows>>> &
    Readonly<Record<string, unknown>>
  /** With stubs, what an agent asks for has to be stubbed; what the test itself asks for runs for real unless stubbed. */
  readonly stubs?: readonly Stub[]
  /** Whether time moves by itself when nothing else can (`auto`, unless given), or only by `advance`. */
  readonly clock?: 'auto' | 'manual'
  /** For the chance of the orchestrator; equal seeds, equal runs. */
  readonly seed?: number
}

/** An orchestrator in virtual time, that remembers what happened in it. */
export interface TestOrchestrator extends Orchestrator {
  readonly clock: ManualClock
  readonly logs: readonly LogLine[]
  readonly events: readonly LifecycleEvent[]
  /** The calls of an operation so far, each try of its own, in order. */
  calls<Input, Output>(operation: Operation<Input, Output>): readonly CallRecord<Input, Output>[]
  /** How much virtual time has passed. */
  elapsedMs(): number
  /** Lets virtual time pass; what it sets going goes on as far as it can without more of it. */
  advance(ms: number): Promise<void>
  /**
   * Runs a workflow once to its end; then once more for each of its records, as if its process had been killed right after
   * that one was stored, and another one had taken the run over. Rejects (`testing.not_crash_safe`) where that comes to
   * anything else. It uses orchestrators of its own, each with all the stubs.
   */
  survivesCrashAtEveryStep<Input>(
    workflow: AnyWorkflow & { readonly '~types'?: { readonly input: (input: Input) => void } },
    input: NoInfer<Input>,
    options?: CrashOptions,
  ): Promise<CrashReport>
}

/**
 * An orchestrator for a test: as `createOrchestrator` makes it, but in virtual time, with chance that repeats itself, its log
 * kept instead of written. Its `close()` rejects when stubs were not used as given, so hold it with `await using`.
 */
export async function createTestOrchestrator<
  const Agents extends readonly AgentLike[] = readonly [],
  const Workflows extends readonly AnyWorkflow[] = readonly [],
>(options: TestOptions<Agents, Workflows>): Promise<TestOrchestrator> {
  return create(options)
}

type LooseOptions = TestOptions<readonly AgentLike[], readonly AnyWorkflow[]>

async function create(options: LooseOptions): Promise<TestOrchestrator & { readonly records: readonly CallRecord[] }> {
  const { stubs, seed, clock: pace, ports = [], interceptors = [], ...rest } = options
  const script = new StubScript(stubs)
  const recorder = new CallRecorder((message) => script.refusalOf(message))
  const underWay = new Set<unknown>()
  const time = pace === 'manual' ? new ManualClock() : new VirtualClock(() => underWay.size > 0)
  const log = new RecordingLogger()
  const events: LifecycleEvent[] = []

  const usual = [
    { token: clock, part: time },
    { token: random, part: new SeededRandom(seed) },
    { token: logger, part: log },
  ].filter(({ token }) => !ports.some((given) => given.token.key === token.key))
  const composition = { ...rest, ports: [...ports, ...usual], interceptors: [...interceptors, recorder] }
  const startedAt = time.monotonic()
  const orchestrator = await compose(composition as OrchestratorOptions, {
    codeOf: (operation) => script.codeOf(operation),
    absent: (need) => testingFailure('testing.not_provided', { need }),
    observe: (event) => {
      events.push(event)
      if (event.type === 'call.started') {
        underWay.add(event.message.id)
        if (time instanceof VirtualClock) time.watch()
      } else if (event.type === 'call.finished') underWay.delete(event.message.id)
      else if (event.type === 'call.retried') recorder.again(event.message, event.failure)
      else if (event.type === 'call.hedged') recorder.again(event.message, undefined)
    },
  })

  if (time instanceof VirtualClock) watchRequests(orchestrator, time, underWay)
  const close = orchestrator.close.bind(orchestrator)
  let closing: Promise<void> | undefined
  let isRehearsed = false
  const again: CreateAgain = (left, own) =>
    create({
      ...options,
      stubs: left,
      ports: [...own, ...ports.filter(({ token }) => token.key !== stateStore.key)],
    } as LooseOptions)
  return Object.assign(orchestrator, {
    records: recorder.all,
    survivesCrashAtEveryStep: (workflow: AnyWorkflow, input: unknown, how: CrashOptions = {}) => {
      isRehearsed = true
      return surviveCrashes(again, stubs, workflow, input, how)
    },
    clock: time,
    logs: log.lines,
    events,
    calls: <Input, Output>({ agent, name }: Operation<Input, Output>) =>
      recorder.of(agent, name) as readonly CallRecord<Input, Output>[],
    elapsedMs: () => time.monotonic() - startedAt,
    advance: (ms: number) => advanceBy(time, ms),
    close: (how?: { readonly drainMs?: number }) => {
      closing ??= close(how).then(() => {
        const verdict = script.verdict()
        // Where others have used the stubs, and nobody here, there is nothing to judge.
        if (verdict !== undefined && !(isRehearsed && recorder.all.length === 0)) throw verdict
      })
      return closing
    },
  })
}

/** Has time move while somebody waits for an answer over the bus. */
function watchRequests({ bus }: Orchestrator, time: VirtualClock, underWay: Set<unknown>): void {
  for (const name of ['request', 'broadcast', 'pipeline'] as const) {
    const ask = bus[name].bind(bus) as (...args: unknown[]) => Promise<unknown>
    const watched = async (...args: unknown[]) => {
      const key = {}
      underWay.add(key)
      time.watch()
      try {
        return await ask(...args)
      } finally {
        underWay.delete(key)
      }
    }
    Object.assign(bus, { [name]: watched })
  }
}

/** Moves the clock from one due task to the next, and lets promises settle in between. */
async function advanceBy(time: ManualClock, ms: number): Promise<void> {
  const end = time.monotonic() + ms
  await settled()
  for (;;) {
    const left = end - time.monotonic()
    const next = time.nextDueInMs
    if (next === undefined || next > left) {
      time.advance(left)
      return settled()
    }
    time.advance(next)
    await settled()
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 64; turn++) await Promise.resolve()
}
