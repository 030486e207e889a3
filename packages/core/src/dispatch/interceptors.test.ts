import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, createOrchestrator, Failure, type Interceptor, operation, perTenant, need, reply } from '../index.js'

const Text = z.object({ text: z.string() })

function setUp(...interceptors: readonly Interceptor['intercept'][]) {
  const seen: unknown[] = []
  const critic = agent('critic', {
    polish: operation({
      input: Text,
      output: Text,
      run: ({ text }, { message, tenant }) => {
        seen.push({ text, tenant, operation: message.operation })
        return { text: text.toUpperCase() }
      },
    }),
  })
  const writer = agent('writer', {
    draft: operation({ input: Text, output: Text, run: (input, { ask }) => ask(critic.polish, input) }),
  })
  const named = interceptors.map((intercept, index) => ({ name: `number ${index}`, intercept }))
  const create = () => createOrchestrator({ agents: [writer, critic], interceptors: named })
  return { seen, critic, writer, create }
}

describe('interceptors', () => {
  it('stand around each call, the first one outermost, inner calls too', async () => {
    const order: string[] = []
    const noting =
      (name: string): Interceptor['intercept'] =>
      async (message, _call, next) => {
        order.push(`${name} before ${message.operation}`)
        const answer = await next(message)
        order.push(`${name} after ${message.operation}`)
        return answer
      }
    const { create, writer } = setUp(noting('outer'), noting('inner'))
    await using orchestrator = await create()
    expect(await orchestrator.ask(writer.draft, { text: 'a' })).toEqual({ text: 'A' })
    expect(order).toEqual([
      'outer before draft',
      'inner before draft',
      'outer before polish',
      'inner before polish',
      'inner after polish',
      'outer after polish',
      'inner after draft',
      'outer after draft',
    ])
  })

  it('may change the message: the next one, the agent and its context get the changed one', async () => {
    const { create, critic, seen } = setUp(
      (message, _call, next) => next({ ...message, payload: { text: 'changed' } }),
      (message, _call, next) => next({ ...message, tenant: (message.payload as { text: string }).text }),
    )
    await using orchestrator = await create()
    expect(await orchestrator.ask(critic.polish, { text: 'a' })).toEqual({ text: 'CHANGED' })
    expect(seen).toEqual([{ text: 'changed', tenant: 'changed', operation: 'polish' }])
  })

  it('may change the payload into one that is refused at the agent’s door', async () => {
    const { create, critic, seen } = setUp((message, _call, next) => next({ ...message, payload: 5 }))
    await using orchestrator = await create()
    await expect(orchestrator.ask(critic.polish, { text: 'a' })).rejects.toMatchObject({ code: 'agent.invalid_input' })
    expect(seen).toEqual([])
  })

  it('may send the call to another agent', async () => {
    const { create, writer, critic, seen } = setUp((message, _call, next) =>
      next({ ...message, receiver: { agent: 'critic' }, operation: 'polish' }),
    )
    await using orchestrator = await create()
    expect(await orchestrator.ask(writer.draft, { text: 'a' })).toEqual({ text: 'A' })
    expect(seen).toHaveLength(1)
    expect(critic.polish.name).toBe('polish')
  })

  it('may answer without the agent', async () => {
    const { create, critic, seen } = setUp(async (message, call) => reply(message, { text: 'cached' }, call))
    await using orchestrator = await create()
    expect(await orchestrator.ask(critic.polish, { text: 'a' })).toEqual({ text: 'cached' })
    expect(seen).toEqual([])
  })

  it('may change the answer', async () => {
    const { create, critic } = setUp(async (message, call, next) => {
      const { payload } = await next(message)
      return reply(message, { text: `${(payload as { text: string }).text}!` }, call)
    })
    await using orchestrator = await create()
    expect(await orchestrator.ask(critic.polish, { text: 'a' })).toEqual({ text: 'A!' })
  })

  it('may go on twice: the agent does its work twice', async () => {
    const { create, critic, seen } = setUp(async (message, _call, next) => {
      await next(message)
      return next({ ...message, attempt: 2 })
    })
    await using orchestrator = await create()
    await orchestrator.ask(critic.polish, { text: 'a' })
    expect(seen).toHaveLength(2)
  })

  it('may mend a failure, which they get as a failure of Baton', async () => {
    const caught: unknown[] = []
    const { create, critic } = setUp(async (message, call, next) => {
      try {
        return await next(message)
      } catch (error) {
        caught.push(error)
        return reply(message, { text: 'mended' }, call)
      }
    })
    await using orchestrator = await create()
    expect(await orchestrator.ask(critic.polish, {} as never)).toEqual({ text: 'mended' })
    expect(caught).toMatchObject([{ code: 'agent.invalid_input' }])
  })

  it('fail the call by throwing: a failure as it is, anything else as a cause', async () => {
    const failure = new Failure({ code: 'access.denied', message: 'm', remedy: '', retryable: false, details: {} })
    for (const thrown of [failure, new Error('odd'), 'text']) {
      const { create, critic, seen } = setUp(async () => Promise.reject(thrown))
      await using orchestrator = await create()
      const caught = await orchestrator.ask(critic.polish, { text: 'a' }).catch((error: unknown) => error)
      if (thrown === failure) expect(caught).toBe(failure)
      else expect(caught).toMatchObject({ code: 'agent.failed', cause: thrown })
      expect(seen).toEqual([])
    }
  })

  it.each([undefined, null, 'text', {}])('fail the call by answering with %j', async (answer) => {
    const { create, critic } = setUp(async () => answer as never)
    await using orchestrator = await create()
    await expect(orchestrator.ask(critic.polish, { text: 'a' })).rejects.toMatchObject({ code: 'agent.invalid_reply' })
  })

  it('are called once for a call, and not for one that is refused at the door', async () => {
    let times = 0
    const { create, critic } = setUp((message, _call, next) => {
      times++
      return next(message)
    })
    await using orchestrator = await create()
    await orchestrator.ask(critic.polish, { text: 'a' }, { timeoutMs: 0 }).catch(() => {})
    await orchestrator.ask(critic.polish, { text: 'a' }, { signal: AbortSignal.abort() }).catch(() => {})
    expect(times).toBe(0)
    await orchestrator.ask(critic.polish, { text: 'a' })
    expect(times).toBe(1)
  })

  // The parts of another tenant than the one that the agent sees: nothing may cross tenants.
  it('may set the tenant: what is made for each tenant is that one’s too', async () => {
    const clerk = agent('clerk', {
      look: operation({ needs: { db: need<string>() }, input: z.any(), output: z.any(), run: (_, { db }) => db }),
    })
    const authorize: Interceptor['intercept'] = (message, _call, next) => next({ ...message, tenant: 'acme' })
    await using orchestrator = await createOrchestrator({
      agents: [clerk],
      provide: { db: perTenant((tenant) => `db of ${tenant}`) },
      interceptors: [{ name: 'authorize', intercept: authorize }],
    })
    expect(await orchestrator.ask(clerk.look, 1)).toBe('db of acme')
  })
})
