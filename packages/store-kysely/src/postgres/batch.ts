import { isEnded, type Move, type NewRecord, type Write } from '@baton/core/ports'

type Value = string | number | boolean | null

/** Columns of a statement's parameters, each an array with one value for each row. */
class Rows {
  readonly columns: Value[][]

  constructor(width: number) {
    this.columns = Array.from({ length: width }, () => [])
  }

  add(row: readonly Value[]): void {
    for (let index = 0; index < row.length; index++) this.columns[index]?.push(row[index] as Value)
  }
}

/** The writes of a call as the arrays that the statement takes; a write is known by its place, its slot. */
export class Batch {
  /** How many records each write has, those of one key counted once. */
  readonly records: number[] = []
  readonly values: Value[][]

  constructor(writes: readonly (Write & { readonly kind: 'create' | 'held' })[]) {
    const [creates, holds, moves, records] = [new Rows(16), new Rows(3), new Rows(10), new Rows(7)]
    writes.forEach((write, slot) => {
      if (write.kind === 'create') creates.add(createRow(write, slot))
      else {
        const held = [slot, numberOf(write.hold.ref), write.hold.token]
        if (write.move === undefined) holds.add(held)
        else moves.add([...held, ...moveRow(write.move)])
      }
      const fresh = distinct(write.records)
      this.records.push(fresh.length)
      for (const { key, kind, agent, attempt, tookMs, body } of fresh) {
        records.add([slot, key, kind, agent ?? null, attempt, tookMs ?? null, body ?? null])
      }
    })
    this.values = [creates, holds, moves, records].flatMap(({ columns }) => columns)
  }
}

/** The number in a ref; none of ours has the number 0. */
function numberOf(ref: string): string {
  return /^[1-9][0-9]{0,17}$/.test(ref) ? ref : '0'
}

function createRow({ run, runner, head, move }: Write & { readonly kind: 'create' }, slot: number): Value[] {
  const { workflow, version, shape, session, parent, input, status, wakeInMs } = head
  const isPending = move === undefined && status === 'pending'
  return [
    slot,
    run.tenant,
    run.id,
    workflow,
    version,
    shape,
    session ?? null,
    parent ?? null,
    input ?? null,
    runner,
    move?.status ?? status,
    move === undefined ? 1 : 2,
    move?.output ?? null,
    move?.failure ?? null,
    (isPending ? wakeInMs : move && waits(move) ? move.wakeInMs : undefined) ?? null,
    move !== undefined && isEnded(move.status),
  ]
}

function moveRow(move: Move): Value[] {
  const { status, output, failure, wakeInMs, seen } = move
  return [status, output ?? null, failure ?? null, wakeInMs ?? null, seen, waits(move), isEnded(status)]
}

function waits({ status }: Move): boolean {
  return status === 'pending' || status === 'suspended'
}

/** Of several records with one key the first counts. */
function distinct(records: readonly NewRecord[]): readonly NewRecord[] {
  if (records.length < 2) return records
  const byKey = new Map<string, NewRecord>()
  for (const record of records) if (!byKey.has(record.key)) byKey.set(record.key, record)
  return byKey.size === records.length ? records : [...byKey.values()]
}
