import type { ClaimAnswer, ClaimRequest, Deletion, StateStore, Write } from '@baton/core/ports'
import { type RawBuilder, sql } from 'kysely'
import {
  type Answer,
  type Database,
  type ReadRow,
  refused,
  type StateEngine,
  type Wanted,
  type Words,
} from '../engine.js'
import { PostgresAppend } from './append.js'
import { type IsGone, PostgresClaim, lapsedRunners } from './claim.js'
import { postgresColumns } from './columns.js'
import { deleteRuns } from './delete.js'
import type { PostgresLane } from './lane.js'
import { readRuns } from './read.js'
import { PostgresSignals } from './signals.js'

export interface PostgresEngineDeps extends Database {
  readonly lane: PostgresLane
  readonly isGone: IsGone
  /** Tells other processes that runs may be due, or were signalled. */
  readonly tell?: (() => void) | undefined
  readonly listen?: StateStore['listen']
}

type Signal = Write & { readonly kind: 'signal' }
type OfHolder = Exclude<Write, Signal>

/** What PostgreSQL does in its own SQL. */
export class PostgresEngine implements StateEngine {
  readonly words: Words
  readonly mostRead = 32
  readonly listen?: NonNullable<StateStore['listen']>
  readonly #deps: PostgresEngineDeps
  readonly #append: PostgresAppend
  readonly #signals: PostgresSignals
  readonly #claim: PostgresClaim

  constructor(deps: PostgresEngineDeps) {
    const { lane, names, isGone, listen } = deps
    this.#deps = deps
    this.words = postgresWords(deps)
    this.#append = new PostgresAppend(lane, names)
    this.#signals = new PostgresSignals(lane, names)
    this.#claim = new PostgresClaim(deps, lane, isGone)
    if (listen !== undefined) this.listen = listen
  }

  /** What holders write goes first: where the signals then fail, the same call can be made again. */
  async append(writes: readonly Write[]): Promise<readonly Answer[]> {
    const signals = writes.filter((write): write is Signal => write.kind === 'signal')
    const others = writes.filter((write): write is OfHolder => write.kind !== 'signal')
    const stored = others.length === 0 ? [] : await this.#append.append(others)
    const told = signals.length === 0 ? [] : await this.#signals.append(signals)
    if (writes.some(wakes)) this.#deps.tell?.()
    const [nextStored, nextTold] = [stored[Symbol.iterator](), told[Symbol.iterator]()]
    return writes.map(({ kind }) => (kind === 'signal' ? nextTold : nextStored).next().value ?? refused)
  }

  claim(request: ClaimRequest): Promise<ClaimAnswer> {
    return this.#claim.claim(request)
  }

  read(wanted: readonly Wanted[]): Promise<readonly (readonly ReadRow[])[]> {
    return readRuns(this.#deps, wanted)
  }

  delete(deletion: Deletion): Promise<number> {
    return deleteRuns(this.#deps, deletion)
  }
}

/** Whether somebody may have to be woken by a write. */
function wakes(write: Write): boolean {
  if (write.kind === 'signal') return true
  if (write.kind === 'create') return write.head.status === 'pending' && write.head.wakeInMs === 0
  return write.move?.status === 'pending' && write.move.wakeInMs === 0
}

function postgresWords({ names }: Database): Words {
  return {
    ...postgresColumns,
    listsByWorkflow: true,
    time: (ms): RawBuilder<unknown> => sql`to_timestamp(${ms}::float8 / 1000)`,
    dueRuns: () =>
      sql.raw(`with recursive ${lapsedRunners(names)}
        select no from ${names.states} where status = 'running' and runner = any(array(select runner from silent))
        union all select no from ${names.states} where wake_at <= statement_timestamp() and status in ('pending', 'suspended')`),
  }
}
