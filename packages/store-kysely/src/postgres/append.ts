import type { Hold, Write } from '@baton/core/ports'
import { type Answer, type NamedStatement, refused } from '../engine.js'
import { isDuplicate } from '../failure-of.js'
import type { TableNames } from '../table-names.js'
import type { PostgresLane } from './lane.js'
import { appendSql, type Form } from './append-sql.js'
import { Batch, kindsOfRow, type Shape } from './batch.js'

type Create = Write & { readonly kind: 'create' }
type Held = Write & { readonly kind: 'held' }

interface Opened {
  readonly slot: number
  readonly ref: string
  readonly token: number
  readonly nudge: number
  readonly status: string
  readonly fresh: number | null
}

const letters = { none: '0', one: '1', many: 'n' }

/** Stores what runs begin with and what their holders record: any number of runs in one statement, each as a whole or not at all. */
export class PostgresAppend {
  readonly #lane: PostgresLane
  readonly #names: TableNames
  readonly #statements = new Map<string, NamedStatement>()

  constructor(lane: PostgresLane, names: TableNames) {
    this.#lane = lane
    this.#names = names
  }

  async append(writes: readonly (Create | Held)[]): Promise<readonly Answer[]> {
    const batch = new Batch(writes)
    const isRetry = writes.some((write) => write.kind === 'held' && write.retry === true)
    const rows = isRetry ? await this.#send(batch, 'again') : await this.#sendFirst(batch)
    const answers: Answer[] = writes.map(() => refused)
    for (const row of rows)
      answers[row.slot] = answerTo(writes[row.slot] as Create | Held, row, batch.records[row.slot] ?? 0)
    return answers
  }

  /** Conflicts are rare: a name that a caller has chosen twice, a key that is recorded twice, an answer that was lost. */
  async #sendFirst(batch: Batch): Promise<readonly Opened[]> {
    try {
      return await this.#send(batch, 'first')
    } catch (error) {
      if (!isDuplicate(error)) throw error
      return this.#send(batch, 'again')
    }
  }

  #send(batch: Batch, form: Form): Promise<readonly Opened[]> {
    return this.#lane.query<Opened>(this.#statement(batch.shape, form), batch.values)
  }

  #statement(shape: Shape, form: Form): NamedStatement {
    const name = `${this.#names.prefix}append_${form}_${kindsOfRow.map((kind) => letters[shape[kind] ?? 'none']).join('')}`
    let statement = this.#statements.get(name)
    if (statement === undefined) {
      this.#statements.set(name, (statement = { name, text: appendSql(this.#names, shape, form) }))
    }
    return statement
  }
}

function answerTo(write: Create | Held, row: Opened, sent: number): Answer {
  const { ref, token, nudge } = row
  const fresh = row.fresh ?? sent
  if (write.move !== undefined || row.status !== 'running') return { accepted: true, hold: undefined, nudge, fresh }
  const hold: Hold =
    write.kind === 'held' ? { ...write.hold } : { run: { ...write.run }, ref, token, runner: write.runner }
  return { accepted: true, hold, nudge, fresh }
}
