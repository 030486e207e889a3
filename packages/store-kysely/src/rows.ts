import {
  type ClaimAnswer,
  type Head,
  isEnded,
  type RecordKind,
  type RunRecord,
  type RunStatus,
} from '@baton/core/ports'
import { storeFailure } from './failures.js'

/** A head as it is selected, in every dialect. */
export interface HeadRow {
  readonly ref: string
  readonly tenant: string
  readonly id: string
  readonly workflow: string
  readonly version: number
  readonly shape: number
  readonly session: string | null
  readonly parent: string | null
  readonly input: string | null
  readonly runner: string
  readonly token: number
  readonly takeovers: number
  readonly nudge: number
  readonly status: string
  readonly created_at: number
  readonly wake_at: number | null
  readonly ended_at: number | null
  readonly output: string | null
  readonly failure: string | null
}

/** A record as it is selected, in every dialect. */
export interface RecordRow {
  readonly number: number
  readonly at: number
  readonly took_ms: number | null
  readonly attempt: number
  readonly key: string
  readonly kind: string
  readonly agent: string | null
  readonly body: string | null
}

const openStatuses: readonly string[] = ['running', 'pending', 'suspended', 'needs-attention']
const kinds: readonly string[] = ['result', 'failure', 'mark', 'timer', 'signal'] satisfies RecordKind[]

/** The head that a row holds; throws where nothing of ours has written it. */
export function headOf(row: HeadRow): Head {
  const { ref, tenant, id, workflow, version, shape, runner, token, takeovers, nudge, created_at } = row
  const status = row.status as RunStatus
  if (!openStatuses.includes(status) && !isEnded(status)) corrupt('runs', ref, `'${status}' is no status`)
  for (const name of numbersOfRuns) if (!isWhole(row[name])) corrupt('runs', ref, `its ${name} is no whole number`)
  for (const name of textsOfRuns) if (!isText(row[name])) corrupt('runs', ref, `its ${name} is no text`)
  const isWaiting = status === 'pending' || status === 'suspended'
  return {
    ref,
    tenant,
    id,
    workflow,
    version,
    shape,
    runner,
    token,
    takeovers,
    nudge,
    status,
    createdAt: created_at,
    ...(row.session !== null && { session: row.session }),
    ...(row.parent !== null && { parent: row.parent }),
    ...(row.input !== null && { input: row.input }),
    ...(row.wake_at !== null && isWaiting && { wakeAt: row.wake_at }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.output !== null && { output: row.output }),
    ...(row.failure !== null && { failure: row.failure }),
  }
}

/** A run that a runner has just taken, of the row that says so. */
export function claimedOf(row: HeadRow): ClaimAnswer['runs'][number] {
  const head = headOf(row)
  const { ref, token, tenant, id, runner } = head
  return { hold: { run: { tenant, id }, ref, token, runner }, head }
}

/** The record that a row holds; throws where nothing of ours has written it. */
export function recordOf(row: RecordRow): RunRecord {
  const { number, at, took_ms, attempt, key, kind, agent, body } = row
  if (!kinds.includes(kind)) corrupt('records', String(number), `'${kind}' is no kind of record`)
  for (const name of numbersOfRecords) {
    if (!isWhole(row[name])) corrupt('records', String(number), `its ${name} is no whole number`)
  }
  for (const name of textsOfRecords) {
    if (!isText(row[name])) corrupt('records', String(number), `its ${name} is no text`)
  }
  return {
    number,
    at,
    key,
    kind: kind as RecordKind,
    attempt,
    ...(took_ms !== null && { tookMs: took_ms }),
    ...(agent !== null && { agent }),
    ...(body !== null && { body }),
  }
}

const numbersOfRuns = ['version', 'shape', 'token', 'takeovers', 'nudge', 'created_at', 'wake_at', 'ended_at'] as const
const textsOfRuns = ['tenant', 'id', 'workflow', 'session', 'parent', 'input', 'runner', 'output', 'failure'] as const
const numbersOfRecords = ['number', 'at', 'attempt', 'took_ms'] as const
const textsOfRecords = ['key', 'agent', 'body'] as const

function isWhole(value: number | null): boolean {
  return value === null || Number.isSafeInteger(value)
}

function isText(value: string | null): boolean {
  return value === null || typeof value === 'string'
}

function corrupt(table: 'runs' | 'records', row: string, because: string): never {
  throw storeFailure('store.corrupt_row', { table, row, because })
}
