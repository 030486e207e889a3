import { expect, test } from 'vitest'
import { z } from 'zod'
import { processes } from '../../../../../test/runs/processes.ts'
import { agent, declareFailures, operation, workflow } from '../../index.js'
import { runOf, type Write } from '../../ports/index.js'

const any = z.any()
const tools = agent('tools', { echo: operation({ input: any, output: any, run: (input) => input }) })
const flow = workflow('flow', { input: any, output: any })
  .step('one', tools.echo)
  .step('two', tools.echo, { with: ({ steps }) => steps.one })
  .output(['two'], ({ steps }) => steps.two)

const lockFailure = declareFailures({
  'lock.held': {
    when: 'Somebody has locked a row.',
    retryable: true,
    says: ({ blames }: { readonly blames: 'write' }) => `One ${blames} waited too long for a lock.`,
    remedy: 'Try again.',
  },
})

/** A store in which somebody has locked runs for as long as they are named; it tells how many writes each call brought. */
function lockable() {
  const { open, during, pass } = processes()
  const locked = new Set<string>()
  const calls: number[] = []
  const start = () =>
    open({
      workflows: [flow],
      async between(method, call, [writes]) {
        if (method !== 'append') return call()
        const all = writes as readonly Write[]
        calls.push(all.length)
        if (all.some((write) => locked.has(runOf(write).id))) throw lockFailure('lock.held', { blames: 'write' })
        return call()
      },
    })
  return { start, during, pass, locked, calls }
}

test('a run that somebody has locked waits, and those that travel with it do not', async () => {
  const { start, during, pass, locked, calls } = lockable()
  const o = await start()
  locked.add('run 3')
  const runs = Array.from({ length: 8 }, (_, n) => o.run(flow, n, { id: `run ${n}` }))
  const others = runs.filter((_, n) => n !== 3)
  expect((await during(Promise.all(others))).map((result) => result.status)).toEqual(others.map(() => 'succeeded'))
  let isOver = false
  void runs[3]?.finally(() => (isOver = true))
  await pass(3_000)
  expect(isOver).toBe(false)
  expect((await o.health()).runs.oldestWaitingMs).toBeGreaterThan(2_000)
  const tried = calls.length
  await pass(60_000)
  // It is tried from time to time only: whoever writes next waits meanwhile.
  expect(calls.length - tried).toBeLessThan(12)
  expect(await during(o.run(flow, 'later'))).toMatchObject({ output: 'later' })
  locked.clear()
  await pass(10_000)
  expect(await during(runs[3] ?? Promise.reject(new Error('none')))).toMatchObject({ status: 'succeeded', output: 3 })
  expect((await o.health()).runs.oldestWaitingMs).toBe(0)
  await during(o.close())
})

test('an orchestrator that closes waits for a run that is locked, as long as it drains', async () => {
  const { start, during, pass, locked } = lockable()
  const o = await start()
  const other = await start()
  locked.add('mine')
  const run = o.run(flow, 1, { id: 'mine' })
  run.catch(() => {})
  await pass(1_000)
  const closed = o.close({ drainMs: 20_000 })
  await pass(500)
  locked.clear()
  await during(closed)
  expect(await during(other.attach(flow, 'mine').result({ waitMs: 5_000 }))).toMatchObject({ output: 1 })
  await during(other.close())
})

test('an orchestrator that has closed leaves what was locked, and tries no more', async () => {
  const { start, during, pass, locked, calls } = lockable()
  const o = await start()
  locked.add('mine')
  o.run(flow, 1, { id: 'mine' }).catch(() => {})
  await pass(1_000)
  await during(o.close({ drainMs: 500 }))
  const tried = calls.length
  await pass(60_000)
  expect(calls).toHaveLength(tried)
})

test('what was stored, though its answer said that it had to wait, is not taken for another’s', async () => {
  const { open, during } = processes()
  const stored = new Set<string>()
  const o = await open({
    workflows: [flow],
    async between(method, call, [writes]) {
      const what = JSON.stringify(writes)
      const isFirst = method === 'append' && !stored.has(what.replace(',"retry":true', ''))
      stored.add(what)
      const answer = await call()
      if (isFirst) throw lockFailure('lock.held', { blames: 'write' })
      return answer
    },
  })
  expect(await during(o.run(flow, 'otters'))).toMatchObject({ status: 'succeeded', output: 'otters' })
  expect(stored.size).toBeGreaterThan(3)
  await during(o.close())
})
