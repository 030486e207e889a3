import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type AgentProtocol,
  bind,
  clock,
  createOrchestrator,
  isFailure,
  need,
  operation,
  perTenant,
  reply,
  scoped,
  token,
} from '../index.js'
import { ManualClock } from '../testing/index.js'

const clerk = agent('clerk', {
  look: operation({
    needs: { db: need<string>() },
    input: z.any(),
    output: z.any(),
    run: (_, { tenant, db }) => ({ tenant, db }),
  }),
})

let made = 0
const provide = { db: scoped(() => `db ${++made}`) }
const perTenantDb = { db: perTenant((tenant) => `db of ${tenant}`) }

describe('tenant(id)', () => {
  it('asks for that tenant, and refuses to ask for another', async () => {
    await using orchestrator = await createOrchestrator({ agents: [clerk], provide: perTenantDb })
    const acme = orchestrator.tenant('acme')
    expect(await acme.ask(clerk.look, 1)).toEqual({ tenant: 'acme', db: 'db of acme' })
    expect(await acme.ask(clerk.look, 1, { tenant: 'acme', timeoutMs: 50 })).toMatchObject({ tenant: 'acme' })
    await expect(acme.ask(clerk.look, 1, { tenant: 'evil' })).rejects.toMatchObject({
      code: 'orchestrator.other_tenant',
    })
  })

  it('refuses what is no identifier', async () => {
    await using orchestrator = await createOrchestrator({})
    expect(() => orchestrator.tenant('')).toThrow('The tenant "" is not an identifier: it is empty')
  })
})

describe('scope()', () => {
  it('shares what is made per request among all that is asked in it; otherwise each request has its own', async () => {
    await using orchestrator = await createOrchestrator({ agents: [clerk], provide })
    await using scope = orchestrator.scope()
    expect(await scope.ask(clerk.look, 1)).toEqual(await scope.ask(clerk.look, 1))
    expect(await orchestrator.ask(clerk.look, 1)).not.toEqual(await orchestrator.ask(clerk.look, 1))
  })

  it('may have parts of its own, which nobody else sees', async () => {
    await using orchestrator = await createOrchestrator({ agents: [clerk], provide: { db: 'shared' } })
    await using scope = orchestrator.scope({ provide: { db: 'own' } })
    expect(await scope.ask(clerk.look, 1)).toMatchObject({ db: 'own' })
    expect(await orchestrator.ask(clerk.look, 1)).toMatchObject({ db: 'shared' })
  })

  it('may be of a tenant', async () => {
    await using orchestrator = await createOrchestrator({ agents: [clerk], provide: perTenantDb })
    await using scope = orchestrator.scope({ tenant: 'acme' })
    expect(await scope.ask(clerk.look, 1)).toEqual({ tenant: 'acme', db: 'db of acme' })
    expect(() => orchestrator.scope({ tenant: '' })).toThrow('is not an identifier')
  })

  it('closes what was made in it, once', async () => {
    const closed: string[] = []
    const db = scoped(() => 'db', { close: (part) => void closed.push(part) })
    await using orchestrator = await createOrchestrator({ agents: [clerk], provide: { db } })
    const scope = orchestrator.scope()
    await scope.ask(clerk.look, 1)
    expect(closed).toEqual([])
    await scope.close()
    await scope.close()
    expect(closed).toEqual(['db'])
    await expect(scope.ask(clerk.look, 1)).rejects.toMatchObject({ code: 'kernel.scope_closed' })
  })

  it('of one tenant never lends that tenant’s parts to another', async () => {
    await using orchestrator = await createOrchestrator({ agents: [clerk], provide: perTenantDb })
    await using scope = orchestrator.scope({ tenant: 'acme' })
    const asked = await scope.ask(clerk.look, 1, { tenant: 'other' }).catch(() => undefined)
    expect(asked).not.toEqual({ tenant: 'other', db: 'db of acme' })
  })
})

describe('health()', () => {
  const one = (name: string, health?: AgentProtocol['health']): AgentProtocol => ({
    name,
    capabilities: () => ({ operations: {} }),
    process: (message, call) => reply(message, 1, call),
    ...(health && { health }),
  })

  it('asks every agent that can tell, and is well when all are', async () => {
    const agents = [one('a', () => ({ ok: true })), one('b', async () => ({ ok: true })), one('c')]
    await using orchestrator = await createOrchestrator({ agents })
    expect(await orchestrator.health()).toMatchObject({ ok: true, agents: { a: { ok: true }, b: { ok: true } } })
  })

  it('is well when nobody can tell', async () => {
    await using orchestrator = await createOrchestrator({ agents: [one('c')] })
    expect(await orchestrator.health()).toMatchObject({ ok: true, agents: {} })
  })

  it.each<[string, AgentProtocol['health'], string]>([
    ['says so', () => ({ ok: false, reason: 'tired' }), 'tired'],
    [
      'throws',
      () => {
        throw new Error('odd')
      },
      'odd',
    ],
    ['rejects', () => Promise.reject(new Error('odd')), 'odd'],
    ['throws no error', () => Promise.reject('odd'), 'odd'],
    ['answers nothing', () => undefined as never, 'no answer'],
  ])('is not well when one agent %s', async (_, health, reason) => {
    await using orchestrator = await createOrchestrator({ agents: [one('a', () => ({ ok: true })), one('b', health)] })
    expect(await orchestrator.health()).toMatchObject({
      ok: false,
      agents: { a: { ok: true }, b: { ok: false, reason } },
    })
  })

  it('waits for an agent only so long, and then tells it by its signal', async () => {
    const time = new ManualClock()
    const signals: AbortSignal[] = []
    const never = one('slow', ({ signal }) => {
      signals.push(signal)
      return new Promise<never>(() => {})
    })
    await using orchestrator = await createOrchestrator({ agents: [never], ports: [bind(clock, time)] })
    const asked = orchestrator.health({ timeoutMs: 20 })
    expect(signals[0]?.aborted).toBe(false)
    time.advance(20)
    expect(await asked).toMatchObject({ ok: false, agents: { slow: { ok: false, reason: 'no answer within 20 ms' } } })
    expect(signals[0]?.aborted).toBe(true)
    expect(time.pending).toBe(0)
  })
})

describe('port()', () => {
  it('gives what fills a port here', async () => {
    const time = new ManualClock()
    await using orchestrator = await createOrchestrator({ ports: [bind(clock, time)] })
    expect(orchestrator.port(clock)).toBe(time)
  })

  it('throws a failure for a port that nothing fills', async () => {
    await using orchestrator = await createOrchestrator({})
    expect(() => orchestrator.port(token<string>('acme.unknown'))).toThrow(
      expect.toSatisfy((error) => isFailure(error)),
    )
  })
})

describe('describeConfig()', () => {
  it('is a table for people of all settings, with what is in force', async () => {
    await using orchestrator = await createOrchestrator({ settings: { dispatch: { agentTimeoutMs: 1_234 } } })
    const table = orchestrator.describeConfig()
    expect(table).toContain('AGENT_TIMEOUT')
    expect(table).toMatch(/1\.234|1[_,]?234/)
  })
})

describe('capabilities()', () => {
  it('are of each agent by its name, typed or hand-written', async () => {
    const own: AgentProtocol = {
      name: 'own',
      capabilities: () => ({ operations: { work: { description: 'Works.' } } }),
      process: (message, call) => reply(message, 1, call),
    }
    await using orchestrator = await createOrchestrator({ agents: [clerk, own], provide: { db: 'db' } })
    expect(Object.keys(orchestrator.capabilities())).toEqual(['clerk', 'own'])
    expect(orchestrator.capabilities()).toMatchObject({
      clerk: { operations: { look: {} } },
      own: { operations: { work: { description: 'Works.' } } },
    })
  })
})

describe('close()', () => {
  it('is one promise, however often it is called, and `await using` calls it', async () => {
    const orchestrator = await createOrchestrator({})
    const closing = orchestrator.close()
    expect(orchestrator.close()).toBe(closing)
    expect(orchestrator[Symbol.asyncDispose]()).toBe(closing)
    await closing
  })
})
