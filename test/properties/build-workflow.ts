import {
  agent,
  type CallContext,
  type Clock,
  declareFailures,
  type Failure,
  operation,
  type Signal,
  signal,
  type Workflow,
  workflow,
} from '@baton/core'
import { z } from 'zod'
import { type CaseSpec, type FlowSpec, scriptOf, type StepSpec } from './random-workflow.ts'
import { answerTo, digest, itemOf, madeOf, mended, planOf, sight } from './workflow-values.ts'

/** One try of an agent, as it happened. */
export interface AgentCall {
  readonly operation: string
  readonly key: string
  readonly attempt: number
  readonly at: number
  readonly idempotencyKey: string
  /** How many agents were at work then, this one included. */
  readonly atWork: number
}

const failure = declareFailures({
  'test.passing': { when: 'A try fails.', retryable: true, says: () => 'Not now.', remedy: '' },
  'test.final': { when: 'All tries fail.', retryable: false, says: () => 'No.', remedy: '' },
})
const Given = z.object({ of: z.number() })
const Value = z.object({ v: z.number() })
const outputs = z.unknown()

type Answer = z.infer<typeof Value>
type AnyStep = (name: string, first: unknown, second?: unknown) => AnyBuilder
interface AnyBuilder extends Record<StepSpec['kind'] | 'waitFor', AnyStep> {
  output(first: unknown, second?: unknown): Workflow
}
interface Seen {
  readonly input: { readonly of: number }
  readonly steps: Readonly<Record<string, unknown>>
}

/** Agents that do what the case says, each time; `calls` tells of each try when it begins. */
export function scriptedAgents(spec: CaseSpec, clock: Clock, began?: (call: AgentCall) => void) {
  const calls: AgentCall[] = []
  const told = { calls, atWork: 0 }
  const work =
    (name: string, place: number) =>
    async ({ of }: { readonly of: number }, call: CallContext) => {
      const { step: key = '', attempt } = call
      const script = scriptOf(spec, name, key)
      told.atWork++
      const one = {
        operation: name,
        key,
        attempt,
        at: clock.monotonic(),
        idempotencyKey: call.idempotencyKey(),
        atWork: told.atWork,
      }
      calls.push(one)
      began?.(one)
      let isAtWork = true
      const left = () => {
        if (isAtWork) told.atWork--
        isAtWork = false
      }
      // Who is told to stop is not waited for.
      call.signal.addEventListener('abort', left)
      try {
        const isLast = attempt > script.failures
        await pause(clock, isLast && script.ending === 'hangs' ? Number.POSITIVE_INFINITY : script.ms, call.signal)
        if (!isLast) throw failure('test.passing', {})
        if (script.ending === 'fatal') throw failure('test.final', {})
        return answerTo(name, place, of)
      } finally {
        call.signal.removeEventListener('abort', left)
        left()
      }
    }
  const all = Array.from({ length: 4 }, (_, place) =>
    agent(`agent${place}`, {
      work: operation({ input: Given, output: Value, run: work('work', place) }),
      spare: operation({ input: Given, output: Value, run: work('spare', place) }),
    }),
  )
  return Object.assign(told, { all })
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stop = () => reject(signal.reason)
  signal.addEventListener('abort', stop)
  const timer = ms === Number.POSITIVE_INFINITY ? undefined : clock.schedule(ms, resolve)
  try {
    signal.throwIfAborted()
    await promise
  } finally {
    timer?.cancel()
    signal.removeEventListener('abort', stop)
  }
}

/** The signal that a waiting step waits for, by the name that the case gives it. */
export function signalNamed(name: string): Signal<typeof Value> {
  return signal(name, Value)
}

/** The workflow of a case, as a user would write it. */
export function workflowOf(flow: FlowSpec, agents: ReturnType<typeof scriptedAgents>['all']): Workflow<{ of: number }> {
  let builder = workflow(flow.name, { input: Given, output: outputs }) as unknown as AnyBuilder
  for (const step of flow.steps) builder = added(builder, flow, step, agents)
  const make = ({ input, steps, status }: Seen & { readonly status: Record<string, string> }) =>
    madeOf(input.of, steps, status)
  const built = flow.output === undefined ? builder.output(make) : builder.output(flow.output, make)
  return built as unknown as Workflow<{ of: number }>
}

function added(
  builder: AnyBuilder,
  flow: FlowSpec,
  step: StepSpec,
  agents: ReturnType<typeof scriptedAgents>['all'],
): AnyBuilder {
  const { name, when, timeoutMs, attempts, atMostOnce, concurrency } = step
  const { work, spare } = agents[step.agent] as (typeof agents)[number]
  const seen = ({ input, steps }: Seen) => sight(input.of, steps)
  const always = {
    ...(step.after !== undefined && { after: step.after }),
    ...(when > 0 && { when: (state: Seen) => seen(state) % when !== 0 }),
    ...(step.optional && { optional: true }),
  }
  const onFailure = step.hasOnFailure && {
    onFailure: (reason: Failure, state: Seen): Answer => mended(reason.code, seen(state)),
  }
  const calls = {
    ...(timeoutMs > 0 && { timeoutMs }),
    ...(attempts > 0 && !atMostOnce && { retry: { attempts, baseMs: 0 } }),
    ...(atMostOnce && { atMostOnce }),
  }
  const side = concurrency > 0 && { concurrency }
  switch (step.kind) {
    case 'step': {
      const fallback = step.hasFallback && { fallback: spare }
      return builder.step(name, work, {
        ...always,
        ...onFailure,
        ...calls,
        ...fallback,
        with: (state: Seen) => ({ of: seen(state) }),
      })
    }
    case 'compute': {
      const run = (state: Seen) => {
        if (step.breaks) throw new Error('it breaks')
        return { v: seen(state) }
      }
      return builder.compute(name, { ...always, run })
    }
    case 'sleep':
      return builder.sleep(name, { ...always, ms: step.ms })
    case 'wait': {
      const bound = step.toldAt === undefined && { timeoutMs: step.ms }
      return builder.waitFor(name, signalNamed(`${flow.name}-${name}`), { ...always, ...onFailure, ...bound })
    }
    case 'workflow': {
      const nested = workflowOf(step.nested as FlowSpec, agents)
      return builder.workflow(name, nested, { ...always, ...onFailure, with: (state: Seen) => ({ of: seen(state) }) })
    }
    case 'map': {
      const over = (state: Seen) => Array.from({ length: step.count }, (_, index) => itemOf(seen(state), index))
      const key = step.keyed && { key: (item: number) => `k${item % 8}` }
      const given = { over, run: work, with: (of: number) => ({ of }), ...key, settle: step.settle }
      return builder.map(name, { ...always, ...calls, ...side, ...given })
    }
    case 'loop': {
      const body = step.nested === undefined ? work : workflowOf(step.nested, agents)
      const given = {
        max: Math.max(1, step.count),
        whenMaxed: step.whenMaxed,
        with: (state: Seen & { readonly previous: unknown; readonly round: number }) => ({
          of: digest([seen(state), state.previous, state.round]),
        }),
        until: (output: unknown, state: Seen) => digest([seen(state), output]) % step.until === 0,
      }
      return builder.loop(name, body, { ...always, ...calls, ...given })
    }
    case 'plan': {
      const nodes = (state: Seen) => planOf(step, seen(state))
      return builder.plan(name, { ...always, ...calls, ...side, operations: { work }, nodes, max: 4 })
    }
  }
}
