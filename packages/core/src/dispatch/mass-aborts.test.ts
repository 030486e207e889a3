import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createTestOrchestrator } from '../testing/test-orchestrator.js'
import { agent, operation } from './agent/index.js'
import { bulkhead, policy } from './resilience/index.js'

function setUp() {
  const begun: number[] = []
  const narrow = agent(
    'narrow',
    {
      work: operation({
        input: z.number(),
        output: z.number(),
        run: (input) => {
          begun.push(input)
          return new Promise<number>(() => {})
        },
      }),
    },
    { policy: policy(bulkhead({ limit: 1, queue: 100 })) },
  )
  return { begun, narrow }
}
const codeOf = (asked: Promise<unknown>) => asked.catch(({ code }: { readonly code: string }) => code)

describe('calls that wait for a slot', () => {
  it('are not begun when all of them are given up at once', async () => {
    const { begun, narrow } = setUp()
    await using t = await createTestOrchestrator({ agents: [narrow] })
    const stop = new AbortController()
    const asked = Array.from({ length: 50 }, (_, index) => codeOf(t.ask(narrow.work, index, { signal: stop.signal })))
    stop.abort()
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['call.cancelled']))
    expect(begun).toEqual([0])
  })

  it('are not begun when their time is up at once', async () => {
    const { begun, narrow } = setUp()
    await using t = await createTestOrchestrator({ agents: [narrow] })
    const asked = Array.from({ length: 50 }, (_, index) => codeOf(t.ask(narrow.work, index, { timeoutMs: 10 })))
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['call.timed_out']))
    expect(begun).toEqual([0])
  })

  it('are not begun when their orchestrator closes', async () => {
    const { begun, narrow } = setUp()
    const t = await createTestOrchestrator({ agents: [narrow] })
    const asked = Array.from({ length: 50 }, (_, index) => codeOf(t.ask(narrow.work, index)))
    await t.close({ drainMs: 5 })
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['call.cancelled']))
    expect(begun).toEqual([0])
  })
})
