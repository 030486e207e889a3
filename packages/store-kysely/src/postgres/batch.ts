import type { Move, NewRecord, Write } from '@baton/core/ports'
import { firstState, stateAfter } from '../states.js'

const stateTypes = { status: 'text', output: 'text', failure: 'text', wake_ms: 'bigint', has_ended: 'bool' } as const

/** What the writes of a call consist of, and the columns of each kind of row, with their types. */
export const rowTypes = {
  creates: {
    slot: 'int',
    tenant: 'text',
    id: 'text',
    workflow: 'text',
    version: 'int',
    shape: 'bigint',
    session_id: 'text',
    parent: 'text',
    input: 'text',
    runner: 'text',
    token: 'bigint',
    ...stateTypes,
  },
  holds: { slot: 'int', no: 'bigint', token: 'bigint' },
  moves: {
    slot: 'int',
    no: 'bigint',
    token: 'bigint',
    ...stateTypes,
    waits: 'bool',
    seen: 'bigint',
  },
  records: { slot: 'int', key: 'text', kind: 'text', agent: 'text', attempt: 'int', took_ms: 'bigint', body: 'text' },
} as const

/** A kind of row. */
export type RowKind = keyof typeof rowTypes

/** What a call brings of each kind: for a single row, plain values cost the database less than arrays of one. */
export type Shape = Partial<Record<RowKind, 'one' | 'many'>>

type Value = string | number | boolean | null
type Row<Kind extends RowKind> = Record<keyof (typeof rowTypes)[Kind], Value>

/** The writes of a call as the statement takes them; a write is known by its place, its slot. */
export class Batch {
  /** How many records each write has, those of one key counted once. */
  readonly records: number[] = []
  readonly shape: Shape = {}
  /** The columns of all rows, kind by kind. */
  readonly values: readonly (Value | readonly Value[])[]
  readonly #columns = new Map<RowKind, Value[][]>()

  constructor(writes: readonly (Write & { readonly kind: 'create' | 'held' })[]) {
    writes.forEach((write, slot) => this.#write(write, slot))
    this.values = kindsOfRow.flatMap((kind) => {
      const columns = this.#columns.get(kind)
      if (columns === undefined) return []
      const isOne = columns[0]?.length === 1
      this.shape[kind] = isOne ? 'one' : 'many'
      return isOne ? columns.map(([value = null]) => value) : columns
    })
  }

  #write(write: Write & { readonly kind: 'create' | 'held' }, slot: number): void {
    if (write.kind === 'create') this.#add('creates', createRow(write, slot))
    else {
      const held = { slot, no: numberOf(write.hold.ref), token: write.hold.token }
      if (write.move === undefined) this.#add('holds', held)
      else this.#add('moves', { ...held, ...moveRow(write.move) })
    }
    const fresh = distinct(write.records)
    this.records.push(fresh.length)
    for (const { key, kind, agent, attempt, tookMs, body } of fresh) {
      const row = { slot, key, kind, agent: agent ?? null, attempt, took_ms: tookMs ?? null, body: body ?? null }
      this.#add('records', row)
    }
  }

  #add<Kind extends RowKind>(kind: Kind, row: Row<Kind>): void {
    const names = Object.keys(rowTypes[kind]) as (keyof Row<Kind>)[]
    let columns = this.#columns.get(kind)
    if (columns === undefined) this.#columns.set(kind, (columns = names.map(() => [])))
    for (let index = 0; index < names.length; index++) columns[index]?.push(row[names[index] as keyof Row<Kind>])
  }
}

/** All kinds of row, in the order of their parameters. */
export const kindsOfRow = Object.keys(rowTypes) as readonly RowKind[]

/** The number in a ref; none of ours has the number 0. */
function numberOf(ref: string): string {
  return /^[1-9][0-9]{0,17}$/.test(ref) ? ref : '0'
}

function createRow(write: Write & { readonly kind: 'create' }, slot: number): Row<'creates'> {
  const { run, runner, head } = write
  const { workflow, version, shape, session, parent, input } = head
  const { status, token, output, failure, wakeInMs, hasEnded } = firstState(write)
  return {
    slot,
    tenant: run.tenant,
    id: run.id,
    workflow,
    version,
    shape,
    session_id: session ?? null,
    parent: parent ?? null,
    input: input ?? null,
    runner,
    token,
    status,
    output,
    failure,
    wake_ms: wakeInMs,
    has_ended: hasEnded,
  }
}

function moveRow(move: Move): Omit<Row<'moves'>, 'slot' | 'no' | 'token'> {
  const { status, output, failure, waits, wakeInMs, hasEnded } = stateAfter(move)
  return { status, output, failure, wake_ms: wakeInMs, has_ended: hasEnded, waits, seen: move.seen }
}

/** Of several records with one key the first counts. */
function distinct(records: readonly NewRecord[]): readonly NewRecord[] {
  if (records.length < 2) return records
  const byKey = new Map<string, NewRecord>()
  for (const record of records) if (!byKey.has(record.key)) byKey.set(record.key, record)
  return byKey.size === records.length ? records : [...byKey.values()]
}
