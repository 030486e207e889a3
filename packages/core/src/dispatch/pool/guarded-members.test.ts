import { expect, it } from 'vitest'
import { z } from 'zod'
import { createTestOrchestrator } from '../../testing/test-orchestrator.js'
import { agent, operation } from '../agent/index.js'
import { bulkhead, type Layer, policy, retry, timeout } from '../resilience/index.js'
import { pool } from './pool.js'

const Text = z.object({ text: z.string() })
const busy = () => Object.assign(new Error('busy'), { status: 503 })
const member = (
  name: string,
  layers: readonly Layer[],
  run: (input: { text: string }) => { text: string } | Promise<never>,
) => agent(name, { go: operation({ input: Text, output: Text, run }) }, { policy: policy(...layers) })

it.each<[string, readonly Layer[]]>([
  ['none', []],
  ['a retry', [retry({ attempts: 1 })]],
  ['a bulkhead', [bulkhead({ limit: 5 })]],
  ['a timeout', [timeout({ ms: 50 })]],
])('counts what a member fails at, whose own policy is %s, and has another one answer', async (_, layers) => {
  for (const fail of [
    (): never => {
      throw busy()
    },
    () => Promise.reject<never>(busy()),
  ]) {
    const members = [member('ok', [], (input) => input), member('bad', layers, fail)]
    const search = pool('search', members, {
      strategy: 'round-robin',
      policy: policy(retry({ attempts: 3, baseMs: 1, evenIfExhausted: true })),
    })
    await using t = await createTestOrchestrator({ agents: [search] })
    for (let round = 0; round < 20; round++) await t.ask(search.go, { text: 'x' })
    const bad = t.pool(search).members.find(({ id }) => id === 'bad')
    expect(bad).toMatchObject({ failures: 5, inFlight: 0, state: 'ejected' })
  }
})
