import { expect, it } from 'vitest'
import { z } from 'zod'
import {
  adapt,
  bind,
  circuitBreaker,
  createOrchestrator,
  policy,
  pool,
  retry,
  bulkhead,
  agent,
  operation,
} from '../index.js'
import { messageBus, reply } from '../ports/index.js'

const Text = z.object({ text: z.string() })
const closable = (name: string, closed: string[]) =>
  adapt(
    {
      name,
      capabilities: () => ({ operations: {} }),
      process: (message, call) => reply(message, message.payload, call),
      close: () => void closed.push(name),
    },
    { work: { input: Text, output: Text } },
  )

it('closes everything else when the message bus cannot be closed, and tells of that', async () => {
  const closed: string[] = []
  const broken = { subscribe: () => {}, respond: () => {}, close: () => Promise.reject(new Error('no line')) }
  const orchestrator = await createOrchestrator({
    agents: [closable('a', closed)],
    ports: [bind(messageBus, broken as never)],
  })
  await expect(orchestrator.close()).rejects.toMatchObject({ code: 'kernel.close_failed' })
  expect(closed).toEqual(['a'])
})

it('closes the agents that were at work already when one cannot be put to work', async () => {
  const closed: string[] = []
  const sharing = (name: string, limit: number) =>
    agent(
      name,
      { work: operation({ input: Text, output: Text, run: (input) => input }) },
      { policy: policy(bulkhead({ limit, key: 'db' })) },
    )
  const agents = [pool('p', [closable('a', closed)]), sharing('one', 1), sharing('two', 2)]
  await expect(createOrchestrator({ agents })).rejects.toMatchObject({ code: 'policy.conflicting_share' })
  expect(closed).toEqual(['a'])
})

it('ends what waits to be tried again under its policies, and refuses what comes later', async () => {
  const orchestrator = await createOrchestrator({})
  const live = orchestrator.policy('billing', policy(retry({ attempts: 5, baseMs: 60_000 }), circuitBreaker()))
  const waiting = live.execute(() => Promise.reject(Object.assign(new Error('busy'), { status: 503 })))
  const ended = waiting.catch(({ code }: { readonly code: string }) => code)
  await new Promise((resolve) => setImmediate(resolve))
  await orchestrator.close()
  expect(await ended).toBe('policy.cancelled')
  await expect(live.execute(() => Promise.resolve(1))).rejects.toMatchObject({ code: 'policy.closed' })
})
