import assert from 'node:assert/strict'
import type { History, Orchestrator, RunHandle, RunResult, StepOutcome, Workflow } from '@baton/core'
import { Flaky, InMemoryStateStore, ManualClock } from '@baton/core/testing'
import fc from 'fast-check'
import { test } from 'vitest'
import { type AgentCall, scriptedAgents, workflowOf } from './build-workflow.ts'
import { type CaseSpec, type FlowSpec, randomCase } from './random-workflow.ts'
import { codeOf, type ReferenceRun, referenceRun, statusOf } from './reference-run.ts'
import { assembled, driven, ending, sendSignals } from './run-case.ts'
import { plain } from './workflow-values.ts'

const id = 'the-run'
const settings = { journal: { leaseMs: 100 } }

interface Uncut {
  readonly history: History
  readonly calls: readonly AgentCall[]
  readonly result: RunResult
}

/** A run that nothing interrupts, with all that it recorded. */
async function uncut(spec: CaseSpec): Promise<Uncut> {
  const clock = new ManualClock()
  const agents = scriptedAgents(spec, clock)
  const flow = workflowOf(spec.flow, agents.all)
  const store = new InMemoryStateStore({ clock })
  const { orchestrator } = await assembled({ clock, workflows: [flow], store, settings })
  const run = (await driven(clock, orchestrator.start(flow, { of: spec.input }, { id }))) as RunHandle
  const sent = sendSignals(clock, run, spec)
  if (spec.cancelAt !== undefined) clock.schedule(spec.cancelAt, () => void run.cancel('enough'))
  const result = await driven(clock, ending(clock, run))
  await driven(clock, sent)
  const history = (await orchestrator.runs.history(id)) as History
  await driven(clock, orchestrator.close())
  return { history, calls: agents.calls, result }
}

/** A store as a process that is gone left it: it held the run, and had recorded so much of it. */
async function leftBehind(clock: ManualClock, { head, records }: History): Promise<InMemoryStateStore> {
  const store = new InMemoryStateStore({ clock })
  const { workflow, version, shape, input } = head
  const begun = { workflow, version, shape, input, status: 'running' as const }
  const { tenant } = head
  const run = { tenant, id }
  const [created] = await store.append([{ kind: 'create', run, runner: 'gone', head: begun, records: [] }])
  assert.ok(created?.accepted && created.hold)
  for (const { number: _number, at: _at, ...record } of records) {
    const [outcome] = await store.append([
      record.kind === 'signal'
        ? { kind: 'signal', run, record }
        : { kind: 'held', hold: created.hold, records: [record] },
    ])
    assert.ok(outcome?.accepted)
  }
  return store
}

/** Another process finds the run, and goes on with it; where a person has to decide, it is tried again. */
async function recovered(spec: CaseSpec, history: History) {
  const clock = new ManualClock()
  const agents = scriptedAgents(spec, clock)
  const flow = workflowOf(spec.flow, agents.all)
  const store = await leftBehind(clock, history)
  const { orchestrator, log } = await assembled({ clock, workflows: [flow], store, settings })
  const run = orchestrator.attach(flow as Workflow<unknown>, id)
  const sent = sendSignals(clock, run as RunHandle, spec)
  const decided: string[] = []
  let result = await driven(clock, ending(clock, run as RunHandle))
  while (result.status === 'needs-attention') {
    const { step = '', because } = result
    assert.equal(because, 'outcome-unknown')
    assert.ok(!decided.includes(step), `${step} was decided already`)
    assert.ok(!agents.calls.some(({ key }) => key === step), `${step} was done again`)
    decided.push(step)
    await driven(clock, run.resolve(step as never, 'retry'))
    result = await driven(clock, ending(clock, run as RunHandle))
  }
  await driven(clock, sent)
  const after = (await orchestrator.runs.history(id)) as History
  await driven(clock, orchestrator.close())
  assert.deepEqual(
    log.lines.filter(({ level }) => level === 'warn' || level === 'error'),
    [],
  )
  return { result, decided, calls: agents.calls, after }
}

/** Steps that were marked as begun, at most once, and of which nothing more is known. */
function unclear({ records }: History): readonly string[] {
  const keys = new Set(records.map(({ key }) => key))
  return records
    .filter(({ kind, key, body }) => kind === 'mark' && body === undefined && !key.startsWith('$'))
    .map(({ key }) => key.slice(0, -1))
    .filter((key) => !keys.has(key))
}

function compare(expected: ReferenceRun, result: RunResult): void {
  const { ideal, steps, cuts } = expected
  // What was cut off within a step may be cut off elsewhere this time, and what comes after it may see that.
  if (cuts.some((within) => within !== '')) return
  if ('code' in ideal) {
    assert.equal(result.status, 'failed')
    // Which of several is the first may be another one this time.
    const codes = expected.fatal.map((name) => codeOf(steps.get(name)))
    assert.ok((codes.length > 0 ? codes : [ideal.code]).includes(result.failure.code), result.failure.code)
  } else if (cuts.length === 0) {
    assert.ok(result.ok, JSON.stringify(result))
    assert.deepEqual(plain(result.output), plain(ideal.output))
    const failures = Object.fromEntries(expected.failures.map(({ key, code }) => [key, code]))
    assert.equal(result.status, Object.keys(failures).length > 0 ? 'partial' : 'succeeded')
    if (result.status === 'partial') assert.deepEqual(plain(result.failures), failures)
    for (const [name, one] of steps) {
      const told: StepOutcome | undefined = result.steps[name]
      assert.equal(told?.status, statusOf(one), name)
      if (told?.status === 'succeeded')
        assert.deepEqual(plain(told.output), plain((one.ideal as { output: unknown }).output))
    }
  }
}

async function checkCrash(spec: CaseSpec, expected: ReferenceRun, whole: Uncut, count: number): Promise<void> {
  const left = { head: whole.history.head, records: whole.history.records.slice(0, count) }
  const { result, decided, calls, after } = await recovered(spec, left)
  const recorded = new Set(
    left.records.filter(({ kind }) => kind === 'result' || kind === 'failure').map(({ key }) => key),
  )
  for (const { key } of calls) assert.ok(!recorded.has(key), `${key} was asked for again`)
  const keys = new Map(whole.calls.map((one) => [`${one.operation} ${one.key}`, one.idempotencyKey]))
  for (const { operation, key, idempotencyKey } of calls) {
    const before = keys.get(`${operation} ${key}`)
    assert.ok(before === undefined || before === idempotencyKey, `${key} has another idempotency key`)
  }
  const standing = after.records.slice(0, count).map(({ key, body }) => [key, body])
  assert.deepEqual(
    standing,
    left.records.map(({ key, body }) => [key, body]),
    'a record was lost',
  )
  if (left.records.some(({ key }) => key === 'signal:$cancel')) {
    assert.equal(result.status, 'cancelled')
    assert.equal(calls.length, 0)
    return
  }
  compare(expected, result)
  if (expected.cuts.length === 0)
    assert.deepEqual([...decided].sort(), [...unclear(left)].sort(), 'who has to be decided about')
  else for (const one of decided) assert.ok(unclear(left).includes(one))
}

async function checkCrashes(spec: CaseSpec): Promise<void> {
  const expected = referenceRun(spec)
  const whole = await uncut(spec)
  if (whole.result.status !== 'cancelled') compare(expected, whole.result)
  for (let count = 0; count <= whole.history.records.length; count++) {
    try {
      await checkCrash(spec, expected, whole, count)
    } catch (error) {
      const records = whole.history.records.slice(0, count).map(({ key, kind }) => `${kind} ${key}`)
      throw new Error(`after ${count} records: ${records.join(', ')}`, { cause: error })
    }
  }
}

test('a run that is taken over after any of its records comes to the same', async () => {
  await fc.assert(fc.asyncProperty(randomCase(), checkCrashes), { numRuns: 70 })
})

test('a run that was put aside, and is taken over after any of its records, comes to the same', async () => {
  await fc.assert(fc.asyncProperty(randomCase({ hasLong: true, hasCancel: false }), checkCrashes), { numRuns: 70 })
})

/** The same without steps that a person has to decide about when two processes are in doubt. */
function repeatable(flow: FlowSpec): FlowSpec {
  const steps = flow.steps.map(({ nested, ...step }) => ({
    ...step,
    atMostOnce: false,
    nested: nested && repeatable(nested),
  }))
  return { ...flow, steps }
}

/** Two processes of which each now and then cannot renew its lease: they take the run from each other. */
async function checkRivals(drawn: CaseSpec, chance: number): Promise<void> {
  const spec = { ...drawn, flow: repeatable(drawn.flow) }
  const expected = referenceRun(spec)
  const clock = new ManualClock()
  const agents = scriptedAgents(spec, clock)
  const flow = workflowOf(spec.flow, agents.all)
  const store = new InMemoryStateStore({ clock })
  const viewOf = (seed: number) => {
    const late = Flaky.wrap(store, { seed, failRate: 0.5, methods: ['claim'] })
    return Flaky.wrap(late, { seed, failRate: 0.1, lostRate: 0.1, methods: ['append'] })
  }
  const rivals = await Promise.all(
    [1, 2].map((seed) =>
      assembled({
        clock,
        seed,
        workflows: [flow],
        store: viewOf(chance + seed),
        settings: { journal: { leaseMs: 100, maxTakeovers: 1_000 } },
      }),
    ),
  )
  const [first, second] = rivals.map(({ orchestrator }) => orchestrator) as [Orchestrator, Orchestrator]
  const run = (await driven(clock, first.start(flow, { of: spec.input }, { id }))) as RunHandle
  const other = second.attach(flow as Workflow<unknown>, id) as RunHandle
  const sent = sendSignals(clock, run, spec)
  const results = await driven(clock, Promise.all([ending(clock, run), ending(clock, other)]), 60_000)
  await driven(clock, sent)
  for (const result of results) compare(expected, result)
  assert.equal(results[0]?.status, results[1]?.status)
  const keys = new Map<string, string>()
  for (const { operation, key, idempotencyKey } of agents.calls) {
    const name = `${operation} ${key}`
    assert.equal(keys.get(name) ?? idempotencyKey, idempotencyKey)
    keys.set(name, idempotencyKey)
  }
  await driven(clock, Promise.all([first.close(), second.close()]))
  assert.equal(agents.atWork, 0)
}

test('processes that take a run from each other come to what one would have come to', async () => {
  await fc.assert(fc.asyncProperty(randomCase({ hasCancel: false }), fc.nat(), checkRivals), {
    numRuns: 150,
    interruptAfterTimeLimit: 15_000,
  })
})
