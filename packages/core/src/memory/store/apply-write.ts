import {
  checkRun,
  isEnded,
  type Move,
  type NewRecord,
  type Outcome,
  type RunRef,
  type Write,
} from '../../ports/index.js'
import { RunEntry } from './run-entry.js'
import type { RunIndex } from './run-index.js'

/** Stores checked writes, each as a whole or not at all. */
export class WriteApplier {
  readonly #index: RunIndex
  #runs = 0

  constructor(index: RunIndex) {
    this.#index = index
  }

  apply(write: Write, now: number): Outcome {
    switch (write.kind) {
      case 'create':
        return this.#create(write, now)
      case 'held':
        return this.#write(write, now)
      case 'signal':
        return this.#signal(write, now)
    }
  }

  #create({ run, runner, head, records, move }: Write & { kind: 'create' }, now: number): Outcome {
    const standing = this.#index.find(run)
    if (standing !== undefined) return { accepted: false, head: standing.head() }
    const entry = new RunEntry(++this.#runs, run, runner, head, now)
    if (head.status === 'pending') entry.wakeAt = dueIn(head.wakeInMs, now)
    const fresh = addAll(entry, records, now)
    if (move !== undefined) change(entry, move, now)
    this.#index.add(entry)
    return { accepted: true, hold: entry.status === 'running' ? entry.hold() : undefined, nudge: 0, fresh }
  }

  #write({ hold, records, move }: Write & { kind: 'held' }, now: number): Outcome {
    const entry = this.#index.find(hold.run)
    if (entry === undefined) checkRun(hold.run)
    if (entry === undefined || entry.token !== hold.token || entry.ref !== hold.ref) return refused(entry)
    const fresh = addAll(entry, records, now)
    // The answer carries the nudge.
    entry.unheard = false
    if (move === undefined) {
      // Who shows the token of a run that nobody holds may write to it, and does not hold it for that.
      return { accepted: true, hold: entry.status === 'running' ? hold : undefined, nudge: entry.nudge, fresh }
    }
    this.#index.leave(entry)
    change(entry, move, now)
    this.#index.enter(entry)
    return { accepted: true, hold: undefined, nudge: entry.nudge, fresh }
  }

  #signal({ run, record }: { readonly run: RunRef; readonly record: NewRecord }, now: number): Outcome {
    const entry = this.#index.find(run)
    if (entry === undefined || isEnded(entry.status)) return refused(entry)
    if (!entry.add(record, now)) return { accepted: true, hold: undefined, nudge: entry.nudge, fresh: 0 }
    entry.nudge++
    if (entry.status === 'running') entry.unheard = true
    else if (entry.status !== 'needs-attention') {
      this.#index.leave(entry)
      entry.wakeAt = Math.min(entry.wakeAt ?? now, now)
      this.#index.enter(entry)
    }
    return { accepted: true, hold: undefined, nudge: entry.nudge, fresh: 1 }
  }
}

function refused(entry: RunEntry | undefined): Outcome {
  return { accepted: false, head: entry?.head() }
}

function addAll(entry: RunEntry, records: readonly NewRecord[], now: number): number {
  let fresh = 0
  for (const record of records) if (entry.add(record, now)) fresh++
  return fresh
}

function change(entry: RunEntry, move: Move, now: number): void {
  entry.status = move.status
  entry.token++
  entry.output = move.output
  entry.failure = move.failure
  entry.unheard = false
  entry.wakeAt = undefined
  entry.endedAt = isEnded(move.status) ? now : undefined
  if (entry.endedAt !== undefined) return
  if (move.status === 'suspended') entry.takeovers = 0
  if (move.status === 'needs-attention') return
  entry.wakeAt = entry.nudge > move.seen ? now : dueIn(move.wakeInMs, now)
}

function dueIn(wakeInMs: number | undefined, now: number): number | undefined {
  return wakeInMs === undefined ? undefined : now + wakeInMs
}
