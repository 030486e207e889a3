import { postgres } from '@baton/adapters-postgres'
import { createOrchestrator, orThrow } from '@baton/core'
import pg from 'pg'
import { startPostgres } from '../../test/services/postgres/start-postgres.ts'
import type { Bench } from '../harness/bench.ts'
import { bare, fiveAgents, question } from './five-agents.ts'

/**
 * So many runs at once on a real PostgreSQL, beside the least that keeps each step: one INSERT for each, on ten connections.
 * `wanted` is how many times as fast they are to be.
 */
export async function onPostgres({ atOnce, wanted }: { atOnce: number; wanted: number }): Promise<Bench> {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await startPostgres({ own: true, settings: { autovacuum: 'off', max_wal_size: '4GB' } }))
  const [ours, theirs] = [await server.database(), await server.database()]
  const pool = opened.adopt(new pg.Pool({ connectionString: theirs.url, max: 10 }), (one) => one.end())
  // Connections may still be on their way out when the server ends.
  pool.on('error', () => {})
  await pool.query(
    'create table step (run text, step text, out jsonb, at timestamptz default now(), primary key (run, step))',
  )
  const insert = (values: unknown[]) =>
    pool.query({ name: 'insert', text: 'insert into step (run, step, out) values ($1, $2, $3)', values })
  const plugins = [postgres({ url: ours.url })]
  const orchestrator = opened.use(await createOrchestrator({ workflows: [fiveAgents], plugins }))
  const all = opened.move()
  let runs = 0
  const many = (run: () => Promise<unknown>) => () => Promise.all(Array.from({ length: atOnce }, run))
  return {
    name: `five agents on PostgreSQL, ${atOnce} at once`,
    floor: {
      name: 'one INSERT for each step',
      operations: atOnce,
      run: many(() => {
        const id = `${process.pid}-${++runs}`
        return bare((step, value) => insert([id, step, JSON.stringify(value)]))
      }),
    },
    cases: [
      {
        name: 'a run that outlives its process',
        operations: atOnce,
        run: many(async () => orThrow(await orchestrator.run(fiveAgents, question))),
        target: { timesFloor: Math.round(100 / wanted) / 100 },
        after: () => all.disposeAsync(),
      },
    ],
  }
}
