import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, bind, clock, createOrchestrator, logger, need, operation, perTenant } from '../index.js'
import { ManualClock } from '../testing/doubles/manual-clock.js'

interface Pool {
  readonly of: string
}

const user = agent('user', {
  use: operation({
    input: z.any(),
    output: z.any(),
    needs: { pool: need<Pool>() },
    run: async (gate, { pool }) => {
      await gate
      return pool.of
    },
  }),
})

function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'none',
    (failure: unknown) => failure,
  )
}

function turns(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** An orchestrator with a pool per tenant, and what happened to the pools. */
async function withPools(
  make?: (tenant: string | undefined, signal: AbortSignal) => Pool | Promise<Pool>,
  closeOf?: () => void,
) {
  const time = new ManualClock()
  const log: string[] = []
  const warned: unknown[] = []
  const pool = perTenant(
    (tenant, signal) => {
      log.push(`made ${tenant}`)
      return make ? make(tenant, signal) : { of: `${tenant}` }
    },
    {
      close: (one) => {
        log.push(`closed ${one.of}`)
        closeOf?.()
      },
      idleMs: 1_000,
    },
  )
  const quiet = { debug() {}, info() {}, error() {}, warn: (fields: object) => void warned.push(fields) }
  const orchestrator = await createOrchestrator({
    agents: [user],
    provide: { pool },
    ports: [bind(clock, time), bind(logger, quiet)],
    settings: { kernel: { stopTimeoutMs: 500, startTimeoutMs: 2_000 }, dispatch: { agentTimeoutMs: 60_000 } },
  })
  const use = (tenant: string, gate?: Promise<void>) => orchestrator.tenant(tenant).ask(user.use, gate)
  return { orchestrator, time, log, warned, use }
}

describe('what is made for each tenant', () => {
  it('is made once for each, however many ask at once', async () => {
    const gate = Promise.withResolvers<void>()
    const pools = await withPools(async (tenant) => {
      await gate.promise
      return { of: `${tenant}` }
    })
    const asked = ['a', 'b', 'a', 'b', 'a'].map((tenant) => pools.use(tenant))
    await turns()
    gate.resolve()
    expect(await Promise.all(asked)).toEqual(['a', 'b', 'a', 'b', 'a'])
    expect(pools.log).toEqual(['made a', 'made b'])
    await pools.orchestrator.close()
  })

  it('is made for requests without a tenant as well', async () => {
    const { orchestrator, log } = await withPools()
    expect(await orchestrator.ask(user.use, undefined)).toBe('undefined')
    expect(await orchestrator.tenant('undefined').ask(user.use, undefined)).toBe('undefined')
    expect(log).toEqual(['made undefined', 'made undefined'])
    await orchestrator.close()
  })

  it('is closed when idle for so long, counted from its last use, and made again after', async () => {
    const { use, time, log, orchestrator } = await withPools()
    await use('a')
    time.advance(999)
    await use('a')
    time.advance(999)
    expect(log).toEqual(['made a'])
    time.advance(1)
    await turns()
    expect(log).toEqual(['made a', 'closed a'])
    await use('a')
    expect(log).toEqual(['made a', 'closed a', 'made a'])
    await orchestrator.close()
  })

  it('is not closed while in use', async () => {
    const { use, time, log, orchestrator } = await withPools()
    const gate = Promise.withResolvers<void>()
    const asked = use('a', gate.promise)
    await use('a')
    time.advance(10_000)
    await turns()
    expect(log).toEqual(['made a'])
    gate.resolve()
    await asked
    time.advance(1_000)
    await turns()
    expect(log).toEqual(['made a', 'closed a'])
    await orchestrator.close()
  })

  it('stays with a scope until that is closed', async () => {
    const { orchestrator, time, log } = await withPools()
    const scope = orchestrator.scope({ tenant: 'a' })
    await scope.ask(user.use, undefined)
    time.advance(10_000)
    expect(log).toEqual(['made a'])
    await scope.close()
    time.advance(1_000)
    await turns()
    expect(log).toEqual(['made a', 'closed a'])
    await orchestrator.close()
  })

  it('is closed with the orchestrator, and leaves no timer', async () => {
    const { orchestrator, use, time, log } = await withPools()
    await Promise.all([use('a'), use('b')])
    await orchestrator.close()
    expect(log).toEqual(['made a', 'made b', 'closed a', 'closed b'])
    expect(time.pending).toBe(0)
  })

  it('is tried again after it failed, and what was never made is not closed', async () => {
    let tries = 0
    const gate = Promise.withResolvers<void>()
    const { use, log, orchestrator } = await withPools(async (tenant) => {
      await gate.promise
      if (++tries === 1) throw new RangeError('no route')
      return { of: `${tenant}` }
    })
    const both = [use('a'), use('a')]
    const failed = both.map((asked) => expect(asked).rejects.toMatchObject({ code: 'kernel.part_not_made' }))
    gate.resolve()
    await Promise.all(failed)
    expect(await use('a')).toBe('a')
    await orchestrator.close()
    expect(log).toEqual(['made a', 'made a', 'closed a'])
  })

  it('is given up when it takes too long, so that the next one tries anew; what comes late is closed', async () => {
    const gate = Promise.withResolvers<Pool>()
    const signals: AbortSignal[] = []
    let tries = 0
    const { use, time, log, orchestrator } = await withPools((tenant, signal) => {
      signals.push(signal)
      return ++tries === 1 ? gate.promise : { of: `${tenant}` }
    })
    const failed = failureOf(use('a'))
    await turns()
    time.advance(2_000)
    expect(await failed).toMatchObject({ code: 'kernel.too_late' })
    expect(signals[0]?.aborted).toBe(true)
    expect(await use('a')).toBe('a')
    gate.resolve({ of: 'late' })
    await turns()
    expect(log).toEqual(['made a', 'made a', 'closed late'])
    await orchestrator.close()
    expect(log).toEqual(['made a', 'made a', 'closed late', 'closed a'])
  })

  it('never makes a close hang, and is closed when it comes after all', async () => {
    const gate = Promise.withResolvers<Pool>()
    const { use, time, log, orchestrator } = await withPools(() => gate.promise)
    use('a').catch(() => {})
    await turns()
    const closing = orchestrator.close({ drainMs: 0 })
    closing.catch(() => {})
    for (let step = 0; step < 10; step++) {
      time.advance(500)
      await turns()
    }
    const parts = ['To make provide.pool', 'To close provide.pool'].map((what) => ({
      part: 'provide.pool',
      because: expect.stringContaining(`${what} took longer than 500 ms`),
    }))
    await expect(closing).rejects.toMatchObject({ code: 'kernel.close_failed', details: { parts } })
    gate.resolve({ of: 'late' })
    await turns()
    expect(log).toEqual(['made a', 'closed late'])
  })

  it('that cannot be closed is told of: in the log when idle, by close() at the end', async () => {
    const { orchestrator, use, time, warned } = await withPools(undefined, () => {
      throw new RangeError('stuck')
    })
    await use('a')
    time.advance(1_000)
    await turns()
    expect(warned).toEqual([{ part: 'provide.pool', cause: new RangeError('stuck') }])
    await use('a')
    await expect(orchestrator.close()).rejects.toMatchObject({
      code: 'kernel.close_failed',
      details: { parts: [{ part: 'provide.pool', because: 'RangeError: stuck' }] },
    })
  })

  it('is bounded by idle time, with 10,000 tenants', async () => {
    let open = 0
    let most = 0
    const { use, time, orchestrator } = await withPools(
      (tenant) => {
        most = Math.max(most, ++open)
        return { of: `${tenant}` }
      },
      () => open--,
    )
    for (let tenant = 0; tenant < 10_000; tenant++) {
      await use(`t${tenant}`)
      time.advance(10)
    }
    expect(most).toBeLessThanOrEqual(110)
    time.advance(1_000)
    await turns()
    expect(open).toBe(0)
    await orchestrator.close()
  })
})
