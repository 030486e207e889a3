import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, clock, Failure, need, operation, policy, retry, timeout, type Workflow, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const any = z.any()
const rig = () => {
  let calls = 0
  const tools = agent('tools', {
    echo: operation({ input: any, output: any, run: (input) => input }),
    fail: operation({
      input: any,
      output: any,
      run: () => {
        calls++
        throw new Error('no')
      },
    }),
    busy: operation({
      input: any,
      output: any,
      run: (until) => {
        calls++
        if (calls < until) throw Object.assign(new Error('later'), { status: 503 })
        return calls
      },
    }),
    work: operation({
      needs: { time: need(clock) },
      input: any,
      output: any,
      async run({ everyMs, times }, { time, progress, signal }) {
        for (let turn = 0; turn < times; turn++) {
          await new Promise<void>((resolve, reject) => {
            time.schedule(everyMs, resolve, true)
            signal.addEventListener('abort', () => reject(signal.reason as Error))
          })
          progress(turn)
        }
        return 'worked'
      },
    }),
  })
  return { tools, calls: () => calls }
}
const base = () => workflow('flow', { input: any, output: any })

async function resultOf(flow: Workflow<unknown, unknown, Readonly<Record<string, unknown>>>, input: unknown = 1) {
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const result = await t.run(flow, input, { id: 'it' })
  const { times: _, ...later } = await t.attach(flow, 'it').result()
  expect(later).toMatchObject({ status: result.status, runId: 'it' })
  return result
}

test('a fallback is asked with the same input when all tries have failed', async () => {
  const { tools, calls } = rig()
  const flow = base()
    .step('one', tools.busy, { with: () => 99, retry: { attempts: 3 }, fallback: tools.echo })
    .output(['one'], ({ steps }) => steps.one)
  expect(await resultOf(flow)).toMatchObject({ status: 'succeeded', output: 99, steps: { one: { output: 99 } } })
  expect(calls()).toBe(3)
})

test('where the fallback fails, too, its failure counts', async () => {
  const { tools } = rig()
  const flow = base()
    .step('one', tools.busy, { with: () => 99, retry: false, fallback: tools.fail })
    .output(['one'], ({ steps }) => steps.one)
  expect(await resultOf(flow)).toMatchObject({ status: 'failed', failure: { details: { operation: 'fail' } } })
})

test('onFailure makes an output of the failure', async () => {
  const { tools } = rig()
  const flow = base()
    .step('zero', tools.echo)
    .step('one', tools.fail, { onFailure: ({ code }, { steps }) => ({ code, zero: steps.zero }) })
    .step('two', tools.fail, { onFailure: async ({ code }) => code })
    .output(({ steps }) => steps)
  expect(await resultOf(flow)).toMatchObject({
    status: 'succeeded',
    output: { one: { code: 'agent.failed', zero: 1 }, two: 'agent.failed' },
  })
})

test('an onFailure that throws the failure again leaves it as it was', async () => {
  const { tools } = rig()
  const flow = base()
    .step('one', tools.fail, {
      onFailure: (failure) => {
        throw failure
      },
    })
    .output(({ steps }) => steps)
  expect(await resultOf(flow)).toMatchObject({ status: 'failed', failure: { code: 'agent.failed' } })
})

test('an onFailure that throws something else is to blame itself', async () => {
  const { tools } = rig()
  for (const onFailure of [
    () => {
      throw new Error('worse')
    },
    () => Promise.reject(new Error('worse')),
  ]) {
    const flow = base()
      .step('one', tools.fail, { onFailure })
      .output(({ steps }) => steps)
    const result = await resultOf(flow)
    expect(result).toMatchObject({ failure: { code: 'workflow.function_failed', cause: { message: 'worse' } } })
    expect(result.status === 'failed' && result.failure.message).toContain(
      'In the workflow flow the function onFailure of one failed: worse.',
    )
  }
})

test('retry tries again what may go better another time, and counts its waits', async () => {
  const { tools, calls } = rig()
  const flow = base()
    .step('one', tools.busy, { retry: { attempts: 3, baseMs: 100 } })
    .output(['one'], ({ steps }) => steps.one)
  const result = await resultOf(flow, 3)
  expect(result).toMatchObject({ status: 'succeeded', output: 3 })
  expect(calls()).toBe(3)
  expect(result.times.waitedMs).toBeGreaterThan(0)
  expect(result.times.wallMs).toBe(result.times.waitedMs)
})

test.each([
  ['the policy of its agent tries nothing again', policy(timeout({ ms: 1_000 }))],
  ['the policy of its agent tries again too', policy(retry())],
])('a budget bounds what a step tries again, also where %s', async (_, own) => {
  let calls = 0
  const run = () => {
    calls++
    throw Object.assign(new Error('later'), { status: 503 })
  }
  const down = agent('down', { ask: operation({ input: any, output: any, run }) }, { policy: own })
  const over = () => Array.from({ length: 20 }, (_item, n) => n)
  const flow = base()
    .map('all', {
      over,
      run: down.ask,
      with: (n) => n,
      concurrency: 1,
      settle: true,
      retry: { attempts: 3, baseMs: 0 },
    })
    .output(['all'], ({ steps }) => steps.all.length)
  expect(await resultOf(flow)).toMatchObject({ status: 'succeeded', output: 20 })
  // Ten at once, and one more for ten calls, of which the last may just not be whole.
  expect(calls - 20 - 10).toBeOneOf([1, 2])
})

test('what can never go better is not tried again', async () => {
  const { tools, calls } = rig()
  const flow = base()
    .step('one', tools.fail, { retry: { attempts: 5 } })
    .output(['one'], ({ steps }) => steps.one)
  expect(await resultOf(flow)).toMatchObject({ status: 'failed' })
  expect(calls()).toBe(1)
})

test('a step that takes longer than its timeoutMs fails; all its tries together', async () => {
  const { tools } = rig()
  const flow = base()
    .step('one', tools.work, { timeoutMs: 500 })
    .output(['one'], ({ steps }) => steps.one)
  const result = await resultOf(flow, { everyMs: 1_000, times: 1 })
  expect(result).toMatchObject({ status: 'failed', failure: { code: 'call.timed_out' }, times: { wallMs: 500 } })
})

test('a step that tells of no progress for its idleTimeoutMs fails', async () => {
  const { tools } = rig()
  const flow = base()
    .step('one', tools.work, { idleTimeoutMs: 500 })
    .output(['one'], ({ steps }) => steps.one)
  expect(await resultOf(flow, { everyMs: 400, times: 5 })).toMatchObject({ output: 'worked', times: { wallMs: 2_000 } })
  const result = await resultOf(flow, { everyMs: 600, times: 5 })
  expect(result).toMatchObject({ status: 'failed', failure: { code: 'workflow.step_idle' }, times: { wallMs: 500 } })
  expect(result.status === 'failed' && result.failure.message).toContain(
    'The step one of the workflow flow told of no progress for 500 ms.',
  )
})

test('a step that was idle is mended like any other', async () => {
  const { tools } = rig()
  const flow = base()
    .step('one', tools.work, { idleTimeoutMs: 500, fallback: tools.echo, with: () => ({ everyMs: 600, times: 1 }) })
    .step('two', tools.work, { idleTimeoutMs: 500, onFailure: ({ code }) => code, with: ({ steps }) => steps.one })
    .output(({ steps }) => steps)
  expect(await resultOf(flow)).toMatchObject({ output: { one: { times: 1 }, two: 'workflow.step_idle' } })
})

test('an optional step that fails leaves the run partial, unless it is mended', async () => {
  const { tools } = rig()
  const flow = base()
    .step('one', tools.fail, { optional: true, onFailure: () => 'mended' })
    .output(({ steps }) => steps)
  expect(await resultOf(flow)).toMatchObject({ status: 'succeeded', output: { one: 'mended' } })
})

test('a failure keeps its code and details when an agent throws one of its own', async () => {
  const own = agent('own', {
    fail: operation({
      input: any,
      output: any,
      run: () => {
        throw new Failure({
          code: 'shop.sold_out',
          message: 'Sold out.',
          remedy: 'Come again.',
          retryable: false,
          details: { item: 5 },
        })
      },
    }),
  })
  const flow = base()
    .step('one', own.fail)
    .output(({ steps }) => steps)
  const result = await resultOf(flow)
  expect(result).toMatchObject({ failure: { code: 'shop.sold_out', details: { item: 5 } } })
  expect(result.status === 'failed' && result.suggestions[0]).toBe('Come again.')
})
