import type { ColumnType } from 'kysely'

/** A time as the database keeps it: a time in PostgreSQL, milliseconds in SQLite. It is read and written by a dialect's own words. */
type Time = ColumnType<unknown, unknown, unknown>

/** The heads: one row for each run, the only one that changes. */
export interface WorkflowStates {
  /** The store's own name of a run, never used again. */
  no: number | string
  created_at: Time
  shape: number | string
  version: number | string
  tenant: string
  id: string
  workflow: string
  session_id: string | null
  parent: string | null
  input: string | null
  runner: string
  token: number | string
  takeovers: number
  nudge: number
  /** The nudge when its runner claimed it: what came later the runner is told of. */
  heard: number
  status: string
  wake_at: Time | null
  ended_at: Time | null
  output: string | null
  failure: string | null
}

/** The records: what is known of a run for good. */
export interface AgentResults {
  run: number | string
  /** Grows in the order in which a run's records were stored. */
  no: number | string
  at: Time
  took_ms: number | string | null
  attempt: number | string
  key: string
  kind: string
  agent: string | null
  body: string | null
}

/** Who runs: one row for each process, with its one lease. */
export interface Runners {
  name: string
  host: string | null
  pid: number | string | null
  instance: string | null
  lease_until: Time
}

/** Who may do what only one may do. */
export interface Leases {
  key: string
  owner: string
  token: number | string
  lease_until: Time
}

/** All tables, under their names without prefix. */
export interface Tables {
  workflow_states: WorkflowStates
  agent_results: AgentResults
  runners: Runners
  leases: Leases
}
