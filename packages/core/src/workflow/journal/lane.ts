import {
  blamesStore,
  blamesWrite,
  classify,
  type Clock,
  type Logger,
  type Outcome,
  runOf,
  type StateStore,
  type Write,
} from '../../ports/index.js'
import { SetAside } from './set-aside.js'

/** Whoever has something to be stored: one run. */
export interface LaneEntry {
  /** How much waits, in characters and records. */
  readonly waitingSize: number
  readonly waitingCount: number
  /** All that waits, as one write; nothing where nothing does. */
  take(): Write | undefined
  /** What became of the write that was taken; it may have been stored before, by a sending whose answer was lost. */
  answered(outcome: Outcome, isResent: boolean): void
  /** The store will never take it. */
  refused(error: unknown): void
  /** It could not go on from the answer. */
  broken(error: unknown): void
}

const mostRecords = 1_000
const mostCharacters = 4_194_304
const firstPauseMs = 50
const longestPauseMs = 2_000
/** Whoever waits for an answer of his own, and not for a run, is not made to wait longer. */
const longestPatienceMs = 30_000

interface Sent {
  readonly entry: LaneEntry
  readonly write: Write
}

/**
 * The one way from a process to its store. What waits while a write is under way travels together in the next one, whosever
 * it is; nobody waits for company.
 */
export class Lane {
  readonly #store: StateStore
  readonly #clock: Clock
  readonly #logger: Logger
  /** How much waits to be stored, of all runs together: they keep count. */
  waitingRecords = 0
  waitingCharacters = 0
  readonly #queue = new Set<LaneEntry>()
  /** What cannot be stored for now, where others can. */
  readonly #aside: SetAside<Sent>
  #isSending = false
  #isClosed = false
  /** Since when the oldest of what is queued, and of what is under way, waits. */
  #queuedSince: number | undefined
  #sentSince: number | undefined
  #whenIdle: (() => void)[] = []

  constructor(store: StateStore, clock: Clock, logger: Logger) {
    this.#store = store
    this.#clock = clock
    this.#logger = logger
    this.#aside = new SetAside(clock, () => this.#wake())
  }

  /** Whether nobody gains by waiting for what is stored. */
  get isVolatile(): boolean {
    return this.#store.isVolatile === true
  }

  /** For how long the oldest that waits to be stored has waited. */
  get oldestWaitingMs(): number {
    const now = this.#clock.monotonic()
    return now - Math.min(now, this.#sentSince ?? now, this.#queuedSince ?? now, this.#aside.oldestSince)
  }

  /** Somebody has something to be stored. */
  add(entry: LaneEntry): void {
    if (this.isVolatile) return this.#storeNow(entry)
    this.#queue.add(entry)
    this.#queuedSince ??= this.#clock.monotonic()
    this.#wake()
  }

  /** Stores something that is no run's own, beside what runs record; until an answer comes, or it has waited long enough. */
  async send(write: Write, patienceMs = longestPatienceMs): Promise<Outcome> {
    const until = this.#clock.monotonic() + Math.min(patienceMs, longestPatienceMs)
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        const [outcome] = await this.#store.append([write])
        return outcome as Outcome
      } catch (error) {
        const isLate = this.#clock.monotonic() + pauseMs >= until
        if (classify(error) !== 'retry' || this.#isClosed || isLate) throw error
        await this.#pause(pauseMs)
        if (this.#isClosed) throw error
      }
    }
  }

  /** Leaves a run that has ended to be written when somebody looks; false where the store does not wait for that. */
  leaveBehind(write: () => Write, records: number): boolean {
    if (this.#store.appendEnded === undefined) return false
    this.#store.appendEnded(write, records)
    return true
  }

  /** Nothing that failed is sent again. */
  close(): void {
    this.#isClosed = true
    this.#aside.clear()
  }

  /** Resolves when all that waits now is stored. */
  idle(): Promise<void> {
    if (!this.#isSending && this.#aside.size === 0) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#whenIdle.push(resolve)
    return promise
  }

  #storeNow(entry: LaneEntry): void {
    const write = entry.take()
    if (write === undefined) return
    this.#store.append([write]).then(
      ([outcome]) => tell(entry, () => entry.answered(outcome as Outcome, false)),
      (error: unknown) => tell(entry, () => entry.refused(error)),
    )
  }

  #wake(): void {
    if (this.#isSending) return
    this.#isSending = true
    // Not at once: what becomes ready together travels together.
    this.#clock.schedule(0, () => void this.#sendAll(), true)
  }

  async #sendAll(): Promise<void> {
    while (this.#queue.size > 0 || this.#aside.isDue) {
      const again = this.#aside.take()
      if (again !== undefined) await this.#send([again], true)
      const batch = this.#nextBatch()
      this.#sentSince = this.#queuedSince
      // Of what did not fit the age is not known: it counts as that of what did.
      if (this.#queue.size === 0) this.#queuedSince = undefined
      await this.#send(batch, false)
      this.#sentSince = undefined
      // What follows from the answers becomes ready in this turn of the loop, and travels together.
      await this.#pause(0)
    }
    this.#isSending = false
    if (this.#aside.size > 0) return
    const told = this.#whenIdle
    this.#whenIdle = []
    for (const resolve of told) resolve()
  }

  #nextBatch(): Sent[] {
    const batch: Sent[] = []
    let [records, characters] = [0, 0]
    for (const entry of this.#queue) {
      const { waitingCount, waitingSize } = entry
      const isFull = records + waitingCount > mostRecords || characters + waitingSize > mostCharacters
      if (isFull && batch.length > 0) break
      records += waitingCount
      characters += waitingSize
      this.#queue.delete(entry)
      const write = entry.take()
      if (write !== undefined) batch.push({ entry, write })
    }
    return batch
  }

  /** Sends a batch until an answer comes. */
  async #send(all: readonly Sent[], isRetry: boolean): Promise<void> {
    let batch = all
    if (batch.length === 0) return
    let pauseMs = firstPauseMs
    let outcomes: readonly Outcome[]
    let again = isRetry
    for (; ; again = true) {
      const from = this.#clock.monotonic()
      try {
        const writes = batch.map(({ write }) => (again ? retried(write) : write))
        outcomes = await this.#store.append(writes)
        break
      } catch (error) {
        const isPassing = classify(error) === 'retry'
        if (isPassing && blamesWrite(error)) return this.#sendAlone(batch, error, this.#clock.monotonic() - from)
        if (!isPassing && !blamesStore(error)) return this.#refused(batch, error)
        if (!isPassing) batch = [...(again ? batch : refuseNew(batch, error)), ...refuseNew(this.#nextBatch(), error)]
        if (batch.length === 0) return
        if (!this.#isClosed) await this.#pause(pauseMs)
        // What waits behind it would fare no better.
        if (this.#isClosed) return this.#queue.clear()
        pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      }
    }
    for (const sent of batch) this.#aside.done(sent)
    batch.forEach(({ entry }, index) => tell(entry, () => entry.answered(outcomes[index] as Outcome, again)))
  }

  /** Where it is refused, the culprit is found by halves: its neighbours are stored. */
  async #refused(batch: readonly Sent[], error: unknown): Promise<void> {
    const [only] = batch
    if (batch.length === 1 && only !== undefined) {
      this.#aside.done(only)
      return tell(only.entry, () => only.entry.refused(error))
    }
    const middle = batch.length >> 1
    await this.#send(batch.slice(0, middle), true)
    await this.#send(batch.slice(middle), true)
  }

  /** Sets aside whatever has to wait for others; to find out by halves would take longer, for it is the failing that takes time. */
  async #sendAlone(batch: readonly Sent[], error: unknown, tookMs: number): Promise<void> {
    const [only] = batch
    if (this.#isClosed || only === undefined) return
    if (batch.length > 1) {
      for (const one of batch) await this.#send([one], true)
    } else if (this.#aside.add(only, this.#sentSince ?? this.#clock.monotonic(), tookMs)) {
      const run = runOf(only.write).id
      this.#logger.warn({ error, run }, 'A run cannot be stored for now: it is tried again, and others go on')
    }
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#clock.schedule(ms, resolve, true)
    return promise
  }
}

/** What has not begun is told at once what is wrong with the store; what has begun goes on when that is seen to. */
function refuseNew(batch: readonly Sent[], error: unknown): readonly Sent[] {
  const isNew = ({ write }: Sent) => write.kind === 'create'
  for (const { entry } of batch.filter(isNew)) tell(entry, () => entry.refused(error))
  return batch.filter((sent) => !isNew(sent))
}

/** What one run makes of an answer harms no other one. */
function tell(entry: LaneEntry, answer: () => void): void {
  try {
    answer()
  } catch (error) {
    entry.broken(error)
  }
}

function retried(write: Write): Write {
  return write.kind === 'held' ? { ...write, retry: true } : write
}
