import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import {
  agent,
  operation,
  type RunHandle,
  type RunResult,
  type StepOutcome,
  type Settings,
  type StateStore,
  workflow,
} from '@baton/core'
import { Flaky, InMemoryStateStore, ManualClock } from '@baton/core/testing'
import fc from 'fast-check'
import { test } from 'vitest'
import { z } from 'zod'
import { type AgentCall, scriptedAgents, workflowOf } from './build-workflow.ts'
import { type CaseSpec, dependenciesOf, randomCase, type StepSpec, toldWaits } from './random-workflow.ts'
import { type ReferenceRun, referenceRun, referenceRuns, statusOf } from './reference-run.ts'
import { assembled, driven, ending, sendSignals } from './run-case.ts'
import { plain } from './workflow-values.ts'

type StoreOf = (clock: ManualClock) => StateStore
type Limits = NonNullable<Settings['workflow']>

interface Observed {
  readonly result: RunResult
  readonly calls: ReturnType<typeof scriptedAgents>['calls']
  readonly callsAtCancel: number | undefined
}

const durable = (clock: ManualClock): StateStore => new InMemoryStateStore({ clock })

/** A store that tells of the keys it has stored. */
function noted(store: StateStore, keys: Set<string>): StateStore {
  const append: StateStore['append'] = async (writes, call) => {
    const outcomes = await store.append(writes, call)
    for (const write of writes) if (write.kind !== 'signal') for (const { key } of write.records) keys.add(key)
    return outcomes
  }
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'append') return append
      const member = Reflect.get(target, name, target) as unknown
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

/** Whether what a run comes to depends on no times: nothing cuts it off. */
function isCalm({ cancelAt }: CaseSpec, { cuts }: ReferenceRun): boolean {
  return cancelAt === undefined && cuts.length === 0
}

function calm({ hasLong = false } = {}): fc.Arbitrary<CaseSpec> {
  return randomCase({ hasLong, hasCancel: false })
    .map((spec) => {
      // Those that would be cut off are done without trouble; few are cut off even then.
      return isCalm(spec, referenceRun(spec)) ? spec : { ...spec, trouble: 0 }
    })
    .filter((spec) => isCalm(spec, referenceRun(spec)))
}

/** As many agents as there are slots, each waiting until all are at work: a slot that was lost would make them wait for ever. */
function crowd(size: number) {
  let atWork = 0
  const all = Promise.withResolvers<void>()
  const run = async () => {
    if (++atWork === size) all.resolve()
    await all.promise
    return atWork
  }
  const Count = z.number()
  const member = agent('member', { work: operation({ input: Count, output: Count, run }) })
  return workflow('crowd', { input: Count, output: z.array(Count) })
    .map('all', {
      over: ({ input }) => Array.from({ length: input }, (_, index) => index),
      run: member.work,
      with: (one) => one,
    })
    .output(['all'], ({ steps }) => [...steps.all])
}

/** Runs a case for real, and sees to it that nothing of it is left. */
async function observed(
  spec: CaseSpec,
  storeOf?: StoreOf,
  limits: Limits = {},
  began?: (call: AgentCall) => void,
): Promise<Observed> {
  const faults: unknown[] = []
  const clock = new ManualClock()
  const agents = scriptedAgents(spec, clock, (call) => {
    try {
      began?.(call)
    } catch (error) {
      faults.push(error)
    }
  })
  const flow = workflowOf(spec.flow, agents.all)
  const most = Math.min(limits.maxSteps ?? 8, limits.maxStepsPerRun ?? 8, limits.maxStepsPerAgent ?? 8)
  // Fewer than the threshold go on one after the other.
  const size = most < (limits.parallelThreshold ?? 1) ? 1 : most
  const others = crowd(size)
  const workflows = [flow, others]
  const settings = { workflow: limits }
  const { orchestrator } = await assembled({ clock, workflows, store: storeOf?.(clock), seed: spec.seed, settings })
  const input = { of: spec.input }
  let callsAtCancel: number | undefined
  let result: RunResult
  if (toldWaits(spec.flow).length === 0 && spec.seed % 2 === 0) {
    const controller = new AbortController()
    const { signal } = controller
    if (spec.cancelAt !== undefined) clock.schedule(spec.cancelAt, () => controller.abort('enough'))
    result = await driven(clock, orchestrator.run(flow, input, { signal }))
    if (result.status === 'cancelled') callsAtCancel = agents.calls.length
    assert.equal(getEventListeners(signal, 'abort').length, 0)
    if (result.status === 'suspended')
      result = await driven(clock, ending(clock, orchestrator.attach(flow, result.runId) as RunHandle))
  } else {
    const run = (await driven(clock, orchestrator.start(flow, input))) as RunHandle
    const sent = sendSignals(clock, run, spec)
    if (spec.cancelAt !== undefined) {
      clock.schedule(spec.cancelAt, () => {
        void run.cancel('enough').then(() => (callsAtCancel = agents.calls.length))
      })
    }
    result = await driven(clock, ending(clock, run))
    await driven(clock, sent)
  }
  assert.deepEqual(faults, [])
  const callsAtEnd = agents.calls.length
  // Whatever was still under way has been told to stop; and no lease is forgotten, so that others can work later.
  await driven(clock, new Promise<void>((resolve) => void clock.schedule(20_000, resolve)))
  assert.equal(agents.calls.length, callsAtEnd, 'something began after the end')
  assert.equal(agents.atWork, 0, 'somebody is still at work')
  const together = await driven(clock, orchestrator.run(others, size))
  assert.equal(together.status, 'succeeded', 'others cannot work any more')
  await driven(clock, orchestrator.close())
  return { result, calls: agents.calls, callsAtCancel }
}

function compare(spec: CaseSpec, expected: ReferenceRun, { result, calls, callsAtCancel }: Observed): void {
  const { end, steps, ideal } = expected
  const isCancelled = spec.cancelAt !== undefined && spec.cancelAt < end
  const until = isCancelled ? (spec.cancelAt as number) : end
  const failures = Object.fromEntries(
    expected.failures.filter(({ at }) => at <= until).map(({ key, code }) => [key, code]),
  )
  if (isCancelled) assert.equal(result.status, 'cancelled')
  else if ('code' in ideal) {
    assert.equal(result.status, 'failed')
    assert.equal(result.failure.code, ideal.code)
    assert.equal(result.failedStep, expected.failedStep)
  } else {
    assert.ok(result.ok, JSON.stringify(result))
    assert.deepEqual(plain(result.output), plain(ideal.output))
    assert.equal(result.status, Object.keys(failures).length > 0 ? 'partial' : 'succeeded')
    if (result.status === 'partial') assert.deepEqual(plain(result.failures), failures)
  }
  const isCut = isCancelled || expected.isCut
  for (const [name, one] of steps) {
    const told: StepOutcome | undefined = result.steps[name]
    assert.ok(told, `there is nothing about ${name}`)
    // What begins or ends in the very moment in which all is cut off may be told either way.
    if (isCut && (one.start === until || one.end === until)) continue
    if (one.end < until || !isCut) {
      assert.equal(told.status, statusOf(one), name)
      if (told.status === 'succeeded')
        assert.deepEqual(plain(told.output), plain((one.ideal as { output: unknown }).output), name)
      if (told.status === 'failed') assert.equal(told.failure.code, (one.ideal as { code: string }).code, name)
    } else assert.equal(told.status, one.start < until ? 'cancelled' : 'skipped', name)
  }
  const form = ({ operation, key, attempt }: { operation: string; key: string; attempt: number }) =>
    `${operation} ${key} ${attempt}`
  const wanted = new Map(expected.calls.filter(({ at }) => at <= until).map((one) => [form(one), one]))
  const made = new Set(calls.map(form))
  assert.equal(made.size, calls.length, 'something was asked for twice')
  for (const one of calls) assert.ok(wanted.has(form(one)), `${form(one)} was not to be asked for`)
  for (const [one, { isSure, at }] of wanted)
    assert.ok(made.has(one) || !isSure || at === until, `${one} was not asked for`)
  assert.ok(callsAtCancel === undefined || callsAtCancel === calls.length, 'something began after the cancel')
}

function compareTimes(expected: ReferenceRun, { calls }: Observed): void {
  const at = new Map(expected.calls.map((one) => [`${one.operation} ${one.key} ${one.attempt}`, one.at]))
  for (const one of calls) assert.equal(one.at, at.get(`${one.operation} ${one.key} ${one.attempt}`), one.key)
}

/** Fails as the first does where what was seen is none of them. */
function compareAny([first, ...others]: ReturnType<typeof referenceRuns>, check: (expected: ReferenceRun) => void) {
  try {
    check(first)
  } catch (error) {
    const isOther = others.some((other) => {
      try {
        check(other)
        return true
      } catch {
        return false
      }
    })
    if (!isOther) throw error
  }
}

const stores = [
  ['a store that does not last', undefined],
  ['a store that lasts', durable],
] as const

test.each(stores)('a run comes to what its workflow says, in %s', async (_name, storeOf) => {
  await fc.assert(
    fc.asyncProperty(randomCase(), async (spec) => {
      const seen = await observed(spec, storeOf)
      compareAny(referenceRuns(spec), (expected) => {
        compare(spec, expected, seen)
        compareTimes(expected, seen)
      })
    }),
    { numRuns: 500 },
  )
})

test.each(stores)('a run that is put aside for long comes to the same, in %s', async (_name, storeOf) => {
  await fc.assert(
    fc.asyncProperty(calm({ hasLong: true }), async (spec) =>
      compare(spec, referenceRun(spec), await observed(spec, storeOf)),
    ),
    { numRuns: 200 },
  )
})

test('a step begins once what it needs is stored, in a store that is slow, fails and loses answers', async () => {
  await fc.assert(
    fc.asyncProperty(randomCase(), fc.nat(), async (spec, seed) => {
      const expected = referenceRun(spec)
      const stored = new Set<string>()
      const needed: { key: string; name: string; isStored: boolean }[] = []
      const storeOf = (clock: ManualClock) =>
        Flaky.wrap(noted(new InMemoryStateStore({ clock }), stored), {
          seed,
          clock,
          delayMs: [0, 9],
          failRate: 0.1,
          lostRate: 0.1,
          methods: ['append'],
        })
      const seen = await observed(spec, storeOf, {}, ({ key }) => {
        const step = spec.flow.steps.find(({ name }) => name === /^s\d+/.exec(key)?.[0]) as StepSpec
        if (step.atMostOnce && !key.includes('/')) assert.ok(stored.has(`${key}!`), `${key} is not marked`)
        for (const { name } of dependenciesOf(spec.flow, step)) {
          const { kind } = spec.flow.steps.find((one) => one.name === name) as StepSpec
          if (/step|compute|sleep|wait/.test(kind)) needed.push({ key, name, isStored: stored.has(name) })
        }
      })
      // What was skipped is not recorded; which steps are may depend on the times, and those on the store.
      for (const { key, name, isStored } of needed)
        assert.ok(isStored || seen.result.steps[name]?.status === 'skipped', `${key} began before ${name} was stored`)
      const { callsAtCancel, calls } = seen
      assert.ok(callsAtCancel === undefined || callsAtCancel === calls.length, 'something began after the cancel')
      if (isCalm(spec, expected)) compare(spec, expected, seen)
    }),
    { numRuns: 200 },
  )
})

test.each(stores)('steps share few slots, and give all of them back, in %s', async (_name, storeOf) => {
  const slots = fc.record({
    maxSteps: fc.integer({ min: 1, max: 3 }),
    maxStepsPerRun: fc.integer({ min: 1, max: 3 }),
    parallelThreshold: fc.integer({ min: 1, max: 3 }),
    maxStepsPerAgent: fc.constantFrom(undefined, 1, 2),
  })
  await fc.assert(
    fc.asyncProperty(randomCase(), slots, async (spec, limits) => {
      const seen = await observed(spec, storeOf, limits)
      const most = Math.min(limits.maxSteps, limits.maxStepsPerRun)
      for (const { atWork, key } of seen.calls) assert.ok(atWork <= most, `${atWork} at work with ${key}`)
      const expected = referenceRun(spec)
      // Where nothing cuts it off, it matters to nothing but the times.
      if (isCalm(spec, expected)) compare(spec, expected, seen)
    }),
    { numRuns: 200 },
  )
})
