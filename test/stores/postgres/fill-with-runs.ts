import { rowsOf } from './rig.ts'

/**
 * Fills the tables with runs of three records each. Of a million ten thousand are open; one tenant has nine tenths of all, another one only old ones. The indexes are made
 * afterwards, which is much quicker, and are the same.
 */
export async function fillWithRuns(url: string, runs: number): Promise<void> {
  const indexes = await rowsOf<{ name: string; definition: string }>(
    url,
    `select indexname as name, indexdef as definition from pg_indexes
     where tablename = 'orchestrator_workflow_states' and indexname not like '%pkey' and indexname not like '%_name'`,
  )
  for (const { name } of indexes) await rowsOf(url, `drop index ${name}`)
  await rowsOf(
    url,
    `insert into orchestrator_workflow_states
       (created_at, shape, version, tenant, id, workflow, session_id, parent, runner, token, status, wake_at, ended_at, output)
     select at, 1, 1,
       case when n <= 1000 then 'old' when n % 10 = 0 then 'tenant ' || n % 100 else 'big' end, 'run ' || n,
       case when n <= 2000 then 'old workflow' else 'workflow ' || n % 7 end,
       case when n % 3 = 0 then 'session ' || n % 10000 end,
       case when n % 100 = 1 then 'run ' || n - 1 end,
       'runner ' || n % 5, 2, status,
       case when status in ('pending', 'suspended') then now() + (n % 1000 - 100) * interval '1 hour' end,
       case when status in ('succeeded', 'failed') then at + interval '1 second' end, '{}'
     from (select n, now() - (${runs} - n) * interval '10 seconds' as at,
        case when n % 200 = 0 then 'running' when n % 401 = 0 then 'suspended' when n % 997 = 0 then 'pending'
          when n % 10007 = 0 then 'needs-attention' when n % 50 = 3 then 'failed' else 'succeeded' end as status
       from generate_series(1, ${runs}) n) made`,
  )
  for (const { definition } of indexes) await rowsOf(url, definition)
  await rowsOf(
    url,
    `insert into orchestrator_agent_results (run, at, attempt, key, kind, agent, body)
     select no, now(), 1, 'step ' || k, 'result', 'agent', '{}' from orchestrator_workflow_states, generate_series(1, 3) k`,
  )
  await rowsOf(
    url,
    "insert into orchestrator_runners (name, lease_until) select 'runner ' || n, now() + interval '1 day' from generate_series(0, 3) n",
  )
  await rowsOf(url, 'vacuum (analyze) orchestrator_workflow_states')
  await rowsOf(url, 'vacuum (analyze) orchestrator_agent_results')
  await rowsOf(url, 'analyze orchestrator_runners')
}
