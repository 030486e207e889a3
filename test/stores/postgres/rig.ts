import { postgres } from '@baton/adapters-postgres'
import {
  agent,
  bind,
  configFromEnv,
  createOrchestrator,
  logger,
  operation,
  signal,
  stateStore,
  workflow,
} from '@baton/core'
import { RecordingLogger } from '@baton/core/testing'
import pg from 'pg'
import { expect, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { withConnection } from '../../services/postgres/connection.ts'

type PostgresOptions = NonNullable<Parameters<typeof postgres>[0]>
type OrchestratorOptions = Parameters<typeof createOrchestrator>[0]
export type Orchestrator = Awaited<ReturnType<typeof open>>

const any = z.any()
const gates = new Map<string, PromiseWithResolvers<void>>()
const clerk = agent('clerk', {
  echo: operation({ input: any, output: any, run: (input) => input }),
  hold: operation({
    input: z.string(),
    output: any,
    async run(name) {
      await gate(name).promise
      return name
    },
  }),
})

/** What a step of `held` waits for, by the input of its run. */
export function gate(name: string): PromiseWithResolvers<void> {
  const known = gates.get(name) ?? Promise.withResolvers<void>()
  gates.set(name, known)
  return known
}

export const Go = signal('go', any)

/** Three steps, one after the other. */
export const flow = workflow('flow', { input: any, output: any })
  .step('one', clerk.echo)
  .step('two', clerk.echo, { with: ({ steps }) => steps.one })
  .step('three', clerk.echo, { with: ({ steps }) => steps.two })
  .output(['three'], ({ steps }) => steps.three)

/** A step that goes on when the gate of its input opens, and one after it. */
export const held = workflow('held', { input: z.string(), output: any })
  .step('hold', clerk.hold)
  .step('after', clerk.echo, { with: ({ steps }) => steps.hold })
  .output(['after'], ({ steps }) => steps.after)

/** Waits to be told. */
export const waiting = workflow('waiting', { input: any, output: any })
  .step('one', clerk.echo)
  .waitFor('go', Go)
  .output(['go'], ({ steps }) => steps.go)

/** An orchestrator on PostgreSQL; it is closed after the test, if it is not before. */
export async function open(options: PostgresOptions, more: Partial<NonNullable<OrchestratorOptions>> = {}) {
  const log = new RecordingLogger()
  const orchestrator = await createOrchestrator({
    workflows: [flow, held, waiting],
    plugins: [postgres(options)],
    ...more,
    ports: [bind(logger, log), ...(more.ports ?? [])],
  })
  onTestFinished(() => orchestrator.close({ drainMs: 0 }).catch(() => {}))
  return Object.assign(orchestrator, { log, states: orchestrator.port(stateStore) })
}

/** The same, with its settings from the environment. */
export function openFromEnv(options: PostgresOptions = {}) {
  return open(options, { config: configFromEnv() })
}

/** A pool as a host has it, ended after the test. */
export function hostPool(url: string, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, ...options })
  pool.on('error', () => {})
  onTestFinished(() => pool.end().catch(() => {}))
  return pool
}

/** The same, and the texts of all that is sent over it. */
export function overheardPool(url: string): { readonly pool: pg.Pool; readonly said: readonly string[] } {
  const pool = hostPool(url)
  const said: string[] = []
  const watched = new WeakSet<object>()
  const connect = pool.connect.bind(pool)
  vi.spyOn(pool, 'connect').mockImplementation((async () => {
    const client = await connect()
    if (watched.has(client)) return client
    watched.add(client)
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    client.query = ((...args: unknown[]) => {
      said.push((args[0] as { text: string }).text)
      return query(...args)
    }) as never
    return client
  }) as never)
  return { pool, said }
}

/** The rows of a statement, over a connection of its own. */
export function rowsOf<Row extends object = Record<string, unknown>>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return withConnection({ connectionString: url, application_name: 'onlooker' }, async (client) => {
    return (await client.query(text, values)).rows as Row[]
  })
}

/** How many connections to a database there are, but those of onlookers. */
export async function connectionsTo(url: string): Promise<number> {
  const [row] = await rowsOf<{ count: number }>(
    url,
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and application_name <> 'onlooker'`,
  )
  return row?.count ?? -1
}

/** Why a promise was rejected, with its causes, as one text. */
export async function whyNot(promise: Promise<unknown>): Promise<{ error: unknown; text: string; codes: string[] }> {
  const error = await promise.then(
    () => expect.unreachable('it was not rejected'),
    (reason: unknown) => reason,
  )
  const all = causesOf(error)
  return {
    error,
    text: all.map((one) => `${(one as Error).message} ${(one as { remedy?: string }).remedy ?? ''}`).join('\n'),
    codes: all.flatMap((one) => (one as { code?: string }).code ?? []),
  }
}

function causesOf(error: unknown): unknown[] {
  if (typeof error !== 'object' || error === null) return []
  const { cause, errors = [] } = error as { cause?: unknown; errors?: unknown[] }
  return [error, ...[cause, ...errors].flatMap(causesOf)]
}
