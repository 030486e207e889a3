import type { Writing } from '../journal/index.js'
import { eventOf, type PassingEvent, type RunEvent } from './run-events.js'
import type { AnyResult } from './run-result.js'

const mostWaiting = 1_000

/** Tells those who watch a run what happens in it. */
export class RunFeed {
  readonly #readers = new Set<FeedReader>()

  /** Something that is not recorded. */
  live(event: PassingEvent): void {
    for (const reader of this.#readers) reader.push(event)
  }

  /** Something that is, from now on. */
  recorded(seq: number, record: Writing): void {
    if (this.#readers.size === 0) return
    const event = eventOf(seq, record)
    for (const reader of this.#readers) reader.push(event)
  }

  /** The run has ended under this number, or, without one, is not carried out here any more. */
  end(seq: number | undefined, result: AnyResult): void {
    for (const reader of this.#readers) {
      if (seq !== undefined) reader.push({ type: 'run.finished', seq, result })
      reader.end()
    }
  }

  read(): FeedReader {
    const reader: FeedReader = new FeedReader(() => this.#readers.delete(reader))
    this.#readers.add(reader)
    return reader
  }
}

/** One who watches. What it does not take in time it misses: what is recorded it finds in the store, the rest is gone. */
export class FeedReader {
  #events: RunEvent[] = []
  #next = 0
  #missed = 0
  #isEnded = false
  #wake: (() => void) | undefined
  readonly #leave: () => void

  constructor(leave: () => void) {
    this.#leave = leave
  }

  push(event: RunEvent): void {
    const isFull = this.#events.length - this.#next >= mostWaiting
    if (isFull || this.#missed > 0) {
      if (event.seq === undefined) this.#missed++
      // From here on what is recorded is read again: one that was missed must not be followed by a later one.
      else this.#isEnded = true
    } else this.#events.push(event)
    this.#wake?.()
  }

  end(): void {
    this.#isEnded = true
    this.#wake?.()
  }

  /** The next event; nothing when there is none to come. */
  async next(): Promise<RunEvent | undefined> {
    for (;;) {
      const event = this.#events[this.#next]
      if (event !== undefined) {
        this.#next++
        return event
      }
      this.#events = []
      this.#next = 0
      if (this.#missed > 0) {
        const count = this.#missed
        this.#missed = 0
        return { type: 'events.missed', count }
      }
      if (this.#isEnded) return undefined
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
      this.#wake = undefined
    }
  }

  close(): void {
    this.#leave()
    this.end()
  }
}
