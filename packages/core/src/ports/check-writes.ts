import { identifier } from '../protocol/index.js'
import {
  checkBody,
  checkCount,
  checkDuration,
  checkKind,
  checkMovedStatus,
  checkRun,
  checkThat,
} from './check-request.js'
import { KnownNames } from './known-names.js'
import type { Move, NewHead, NewRecord, RunRef, Write } from './run-record.js'

/** The run that a write is to. */
export function runOf(write: Write): RunRef {
  return write.kind === 'held' ? write.hold.run : write.run
}

/** Checks what a call wants to write, before anything of it is written. */
export class WriteCheck {
  readonly #names = new KnownNames()

  /**
   * Throws unless every write of a call is one that a store takes. The run of a held write that is alone is not looked
   * at: it is found or, before anything else is done, checked by who looks for it.
   */
  check(writes: readonly Write[]): void {
    for (const write of writes) this.#write(write)
    if (writes.length > 1) checkRuns(writes)
  }

  #write(write: Write): void {
    switch (write.kind) {
      case 'create':
        return this.#create(write)
      case 'held':
        for (const record of write.records) this.#record(record)
        return write.move && checkMove(write.move)
      case 'signal':
        checkRun(write.run)
        checkThat(write.record.kind === 'signal', "kind of a signal's record", write.record.kind, "'signal'")
        return this.#record(write.record)
      default:
        checkThat(false, 'kind of a write', (write as Write).kind, "'create', 'held' or 'signal'")
    }
  }

  #create({ run, runner, head, records, move }: Write & { kind: 'create' }): void {
    this.#names.check(run.tenant, 'tenant')
    identifier(run.id, 'run id')
    this.#names.check(runner, 'runner')
    this.#names.check(head.workflow, 'workflow')
    checkHead(head)
    for (const record of records) this.#record(record)
    if (move === undefined) return
    checkThat(head.status === 'running', 'status of a run created with a move', head.status, "'running'")
    checkMove(move)
  }

  #record(record: NewRecord): void {
    this.#names.check(record.key, 'key of a record')
    checkKind(record.kind)
    checkBody(record.body, 'The body of a record')
    if (record.agent !== undefined) this.#names.check(record.agent, 'agent')
    checkCount(record.attempt, 'attempt')
    if (record.tookMs !== undefined) checkDuration(record.tookMs, 'tookMs')
  }
}

function checkHead(head: NewHead): void {
  checkCount(head.version, 'version')
  checkThat(Number.isSafeInteger(head.shape), 'shape', head.shape, 'a safe integer')
  checkBody(head.input, 'The input')
  if (head.session !== undefined) identifier(head.session, 'session')
  if (head.parent !== undefined) identifier(head.parent, 'parent')
  const isFirstStatus = head.status === 'running' || head.status === 'pending'
  checkThat(isFirstStatus, 'status of a new run', head.status, "'running' or 'pending'")
  if (head.wakeInMs !== undefined) checkDuration(head.wakeInMs, 'wakeInMs')
}

function checkMove(move: Move): void {
  checkMovedStatus(move.status)
  checkBody(move.output, 'The output')
  checkBody(move.failure, 'The failure')
  checkCount(move.seen, 'seen')
  if (move.wakeInMs !== undefined) checkDuration(move.wakeInMs, 'wakeInMs')
}

function checkRuns(writes: readonly Write[]): void {
  const tenants = new Map<string, Set<string>>()
  for (const write of writes) {
    const run = runOf(write)
    checkRun(run)
    const { tenant, id } = run
    let ids = tenants.get(tenant)
    if (ids === undefined) tenants.set(tenant, (ids = new Set()))
    checkThat(!ids.has(id), 'run of two writes of a call', id, 'each run once')
    ids.add(id)
  }
}
