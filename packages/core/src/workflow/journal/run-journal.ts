import {
  type Body,
  errorText,
  type Head,
  type Hold,
  isEnded,
  type Move,
  type NewRecord,
  type Outcome,
  type RunRef,
  type Write,
} from '../../ports/index.js'
import { bodyOf } from './bodies.js'
import { foundAgain } from './found-again.js'
import {
  type LateBody,
  lateBodyOf,
  type LateHead,
  type LateMove,
  nowWritten,
  sizeOf,
  type Writing,
  written,
} from './late-bodies.js'
import { writingFailure } from './failures.js'
import type { Lane, LaneEntry } from './lane.js'

/** How many records of one run travel together. */
const mostInWrite = 1_000

/** How many records a journal keeps of one run. */
export const mostRecords = 100_000

/** Who runs what is recorded. */
export interface Recorded {
  /** It has a new signal, perhaps: the store has counted so many. */
  nudged(nudge: number): void
  /** It is this process's no more, or can be recorded no more: the reason tells. */
  lost(reason: Error): void
}

/** What has to be told when a write is stored. */
type Stored = () => void

interface Sent {
  readonly write: Write
  readonly size: number
  readonly stored: readonly Stored[]
}

/**
 * The journal of one run, as the process writes it that holds the run. Whoever has recorded something is told when that is
 * durable; where nothing ever is, at once.
 */
export class RunJournal implements LaneEntry {
  readonly run: RunRef
  readonly #lane: Lane
  readonly #isVolatile: boolean
  readonly #runner: string
  #recorded: Recorded
  #head: LateHead | undefined
  /** The right to write, once the store has given it. */
  hold: Hold | undefined
  #records: Writing[] = []
  #size = 0
  #stored: Stored[] = []
  #move: LateMove | undefined
  #sent: Sent | undefined
  #isQueued = false
  #isOver = false
  /** Told once whether the run was created, or that one of its name exists. */
  #created: ((standing: Head | undefined) => void) | undefined
  #refuse: ((failure: Error) => void) | undefined
  /** The last nudge that was dealt with. */
  seen = 0
  /** How many records the run has. */
  count: number
  /** Whether the store has refused what was written last: what stands there is not how the run has ended here. */
  isBroken = false

  private constructor(run: RunRef, runner: string, lane: Lane, recorded: Recorded, count = 0) {
    this.run = run
    this.#runner = runner
    this.#lane = lane
    this.#isVolatile = lane.isVolatile
    this.count = count
    this.#recorded = recorded
  }

  /** The journal of a new run. Nothing is stored yet. */
  static ofNew(run: RunRef, head: LateHead, runner: string, lane: Lane, recorded: Recorded): RunJournal {
    const journal = new RunJournal(run, runner, lane, recorded)
    journal.#head = head
    return journal
  }

  /** The journal of a run that was claimed: how many records it has, and how many of its signals were read. */
  static ofClaimed(hold: Hold, count: number, seen: number, lane: Lane, recorded: Recorded): RunJournal {
    const journal = new RunJournal(hold.run, hold.runner, lane, recorded, count)
    journal.hold = hold
    journal.seen = seen
    return journal
  }

  get waitingSize(): number {
    return this.#size
  }

  get waitingCount(): number {
    return Math.min(this.#records.length, mostInWrite) + 1
  }

  /** Whether nothing can be written any more. */
  get isClosed(): boolean {
    return this.#isOver
  }

  /** Whether what was recorded last is still on its way. */
  get isBehind(): boolean {
    return this.#records.length > 0 || this.#sent !== undefined || this.#move !== undefined
  }

  /** Stores that there is this run, at once; resolves with the head of another one where its name is taken. */
  create(): Promise<Head | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Head | undefined>()
    this.#created = resolve
    this.#refuse = reject
    this.#queue()
    return promise
  }

  /** Stores that there is this run; its first records may travel with it. */
  begin(): void {
    if (!this.#isVolatile) this.#queue()
  }

  /** A value as the body of what is recorded; throws where it cannot be kept. */
  bodyOf(what: string, value: unknown): Body | LateBody {
    return this.#isVolatile ? lateBodyOf(what, value) : bodyOf(what, value)
  }

  /** Throws when the run would have more records than it may. */
  reserve(count: number): void {
    if (this.count + count <= mostRecords) return
    const { id } = this.run
    throw writingFailure('journal.too_many_records', { run: id, wanted: this.count + count, limit: mostRecords })
  }

  /** Records something; `stored` is told when it is durable. */
  record(record: Writing, stored: Stored): void {
    if (this.#isOver) return
    this.count++
    this.#records.push(record)
    this.#grow(1, sizeOf(record.body) + record.key.length)
    if (this.#isVolatile) return stored()
    this.#stored.push(stored)
    this.#queue()
  }

  /** Ends the hold: the run ends, or is released. What waits goes with it. */
  leave(move: LateMove, stored: Stored): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#move = move
    if (this.#isVolatile) return this.#leaveBehind(move, stored)
    this.#grow(0, sizeOf(move.output) + sizeOf(move.failure))
    this.#stored.push(stored)
    this.#queue()
  }

  /** Stores now what could wait. */
  flush(): void {
    this.#queue()
  }

  /** Writes nothing any more. */
  abandon(): void {
    this.#isOver = true
    this.#clear()
  }

  take(): Write | undefined {
    this.#isQueued = false
    const isAll = this.#isVolatile || this.#records.length <= mostInWrite
    const taken = isAll ? this.#records : this.#records.slice(0, mostInWrite)
    const move = isAll && this.#move && { ...this.#move, output: written(this.#move.output), seen: this.seen }
    const write = this.#write(taken.map(nowWritten), move || undefined)
    if (write === undefined) return undefined
    // Each record has its own to be told; whatever ends the hold comes last.
    const stored = isAll ? this.#stored : this.#stored.slice(0, mostInWrite)
    const size = isAll ? this.#size : taken.reduce((sum, { key, body }) => sum + sizeOf(body) + key.length, 0)
    this.#records = isAll ? [] : this.#records.slice(mostInWrite)
    this.#stored = isAll ? [] : this.#stored.slice(mostInWrite)
    if (isAll) this.#move = undefined
    this.#size -= size
    this.#sent = { write, stored, size }
    return write
  }

  answered(outcome: Outcome, isResent: boolean): void {
    const sent = this.#arrived()
    if (!outcome.accepted) {
      // Perhaps it is there already, because an answer was lost: then it is taken as given.
      const found = isResent ? foundAgain(sent.write, outcome.head, this.#runner) : undefined
      if (found === undefined) return this.#refusedBy(sent.write, outcome.head)
      this.hold = found.hold ?? this.hold
    } else {
      this.hold = outcome.hold ?? this.hold
      if (outcome.nudge > this.seen) this.#recorded.nudged(outcome.nudge)
    }
    this.isBroken = false
    if (sent.write.kind === 'create') this.#tellCreated(undefined)
    for (const stored of sent.stored) stored()
    if (this.#records.length > 0 || this.#move !== undefined) this.#queue()
  }

  refused(error: unknown): void {
    const { write } = this.#arrived()
    this.isBroken = true
    const because = errorText(error)
    const failure = writingFailure('journal.record_refused', { run: this.run.id, because }, error)
    // A run that was never stored can record nothing, not even why.
    if (write.kind === 'held') this.#isOver = false
    else this.abandon()
    this.#refuse?.(failure)
    this.#recorded.lost(failure)
  }

  broken(error: unknown): void {
    const because = errorText(error)
    this.#recorded.lost(writingFailure('journal.record_refused', { run: this.run.id, because }, error))
  }

  /** Where nothing lasts, a run that nobody has looked for is written when somebody does. */
  #leaveBehind({ status }: LateMove, stored: Stored): void {
    const isWhole = this.#head !== undefined && this.#sent === undefined && isEnded(status)
    if (isWhole && this.#lane.leaveBehind(() => this.take() as Write, this.count)) this.#recorded = nobody
    else this.#queue()
    stored()
  }

  #arrived(): Sent {
    const sent = this.#sent as Sent
    this.#sent = undefined
    const { write, size } = sent
    if (write.kind !== 'signal') this.#pileUp(-write.records.length, -size)
    return sent
  }

  #grow(records: number, characters: number): void {
    this.#size += characters
    this.#pileUp(records, characters)
  }

  /** Counts what waits, all runs together. What nobody waits for does not pile up. */
  #pileUp(records: number, characters: number): void {
    if (this.#isVolatile) return
    this.#lane.waitingRecords += records
    this.#lane.waitingCharacters += characters
  }

  #clear(): void {
    this.#grow(-this.#records.length, -this.#size)
    this.#records = []
    this.#stored = []
    this.#move = undefined
  }

  #queue(): void {
    // Its next write waits for the answer to the one under way: it may bring the hold.
    if (this.#isQueued || this.#sent !== undefined) return
    this.#isQueued = !this.#isVolatile
    this.#lane.add(this)
  }

  #write(records: readonly NewRecord[], move: Move | undefined): Write | undefined {
    const head = this.#head
    if (head !== undefined) {
      this.#head = undefined
      const whole = { ...head, input: written(head.input) }
      return { kind: 'create', run: this.run, runner: this.#runner, head: whole, records, move }
    }
    if (this.hold === undefined || (records.length === 0 && move === undefined)) return undefined
    return { kind: 'held', hold: this.hold, records, move }
  }

  #refusedBy(write: Write, head: Head | undefined): void {
    this.#isOver = true
    if (write.kind === 'create' && this.#created !== undefined) return this.#tellCreated(head)
    this.#recorded.lost(writingFailure('journal.superseded', { run: this.run.id }))
  }

  #tellCreated(standing: Head | undefined): void {
    this.#created?.(standing)
    this.#created = undefined
  }
}

const nobody: Recorded = { nudged() {}, lost() {} }
