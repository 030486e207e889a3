import type { Move, NewRecord, Write } from '@baton/core/ports'
import { type Answer, refused } from '../engine.js'
import { firstState, stateAfter } from '../states.js'
import type { TableNames } from '../table-names.js'
import { sqliteColumns } from './columns.js'
import type { SqliteHost, SqliteResult, SqliteStatement, SqliteUnit, SqliteValue } from './host.js'

/** Stores writes, all in one transaction, each of them as a whole or not at all. */
export class SqliteAppend {
  readonly #host: SqliteHost
  readonly #sql: ReturnType<typeof statementsOf>

  constructor(host: SqliteHost, names: TableNames) {
    this.#host = host
    this.#sql = statementsOf(names)
  }

  async append(writes: readonly Write[], now: number): Promise<readonly Answer[]> {
    const results = await this.#host.transaction(writes.map((write) => this.#unit(write, now)))
    return writes.map((write, index) => answerTo(write, results[index]))
  }

  #unit(write: Write, now: number): SqliteUnit {
    switch (write.kind) {
      case 'create':
        return this.#create(write, now)
      case 'held':
        return this.#held(write, now)
      case 'signal':
        return this.#signal(write, now)
    }
  }

  #create(write: Write & { kind: 'create' }, now: number): SqliteUnit {
    const { run, runner, head, records } = write
    const { workflow, version, shape, session, parent, input } = head
    const { status, token, output, failure, wakeInMs, hasEnded } = firstState(write)
    const values: SqliteValue[] = [
      now,
      shape,
      version,
      run.tenant,
      run.id,
      workflow,
      session ?? null,
      parent ?? null,
      input ?? null,
      runner,
      token,
      status,
      wakeInMs === null ? null : now + wakeInMs,
      hasEnded ? now : null,
      output,
      failure,
    ]
    return { guard: { sql: this.#sql.create, values }, work: this.#records(records, now) }
  }

  #held({ hold, records, move }: Write & { kind: 'held' }, now: number): SqliteUnit {
    const guard = { sql: this.#sql.fence, values: [hold.ref, hold.token] }
    const work = this.#records(records, now)
    return { guard, work: move === undefined ? work : [...work, this.#move(move, now)] }
  }

  #signal({ run, record }: Write & { kind: 'signal' }, now: number): SqliteUnit {
    const guard = { sql: this.#sql.open, values: [run.tenant, run.id] }
    return { guard, work: [...this.#records([record], now), { sql: this.#sql.nudge, values: [now] }] }
  }

  #records(records: readonly NewRecord[], now: number): SqliteStatement[] {
    return records.map(({ key, kind, agent, attempt, tookMs, body }) => ({
      sql: this.#sql.record,
      values: [now, tookMs ?? null, attempt, key, kind, agent ?? null, body ?? null],
    }))
  }

  #move(move: Move, now: number): SqliteStatement {
    const { status, output, failure, waits, wakeInMs, hasEnded } = stateAfter(move)
    const due = wakeInMs === null ? null : now + wakeInMs
    const values = [status, output, failure, waits ? 1 : 0, move.seen, now, due, hasEnded ? now : null]
    return { sql: this.#sql.move, values }
  }
}

function answerTo(write: Write, result: SqliteResult): Answer {
  if (result?.guard === undefined) return refused
  const { guard, work } = result
  const fresh = work
    .slice(0, write.kind === 'signal' ? 1 : write.records.length)
    .reduce((sum, { changes }) => sum + changes, 0)
  if (write.kind === 'signal') return { accepted: true, hold: undefined, nudge: Number(guard.nudge) + fresh, fresh }
  const nudge = Number(guard.nudge)
  if (write.move !== undefined || guard.status !== 'running') return { accepted: true, hold: undefined, nudge, fresh }
  if (write.kind === 'held') return { accepted: true, hold: { ...write.hold }, nudge, fresh }
  const hold = { run: { ...write.run }, ref: String(guard.no), token: 1, runner: write.runner }
  return { accepted: true, hold, nudge, fresh }
}

/** The statements. Of each but the guards the first parameter is the run's number, which its guard has found. */
function statementsOf({ states, results }: TableNames) {
  const nudge = `${sqliteColumns.number('nudge')} as nudge`
  return {
    create: `insert into ${states} (created_at, shape, version, tenant, id, workflow, session_id, parent, input, runner, token, status, wake_at, ended_at, output, failure)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (tenant, id) do nothing returning no, nudge, status`,
    fence: `select no, ${nudge}, status from ${states} where no = ? and token = ?`,
    open: `select no, ${nudge}, status from ${states} where tenant = ? and id = ? and status in ('running', 'pending', 'suspended', 'needs-attention')`,
    record: `insert into ${results} (run, at, took_ms, attempt, key, kind, agent, body) values (?, ?, ?, ?, ?, ?, ?, ?)
      on conflict (run, key) do nothing`,
    // Only where the record before it was new.
    nudge: `update ${states} set nudge = nudge + 1, wake_at = case
      when status in ('pending', 'suspended') then min(coalesce(wake_at, ?2), ?2) else wake_at end where no = ?1 and changes() = 1`,
    move: `update ${states} set status = ?2, token = token + 1, output = ?3, failure = ?4,
      wake_at = case when not ?5 then null when nudge > ?6 then ?7 else ?8 end, ended_at = ?9,
      takeovers = case when ?2 = 'suspended' then 0 else takeovers end where no = ?1`,
  }
}
