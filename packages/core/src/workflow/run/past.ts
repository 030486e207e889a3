import type { RunRecord } from '../../ports/index.js'
import { type Told, valueOf } from '../journal/index.js'

/** By this name in the place of an agent, a result tells that a signal brought it. */
export const bySignal = '$signal'

/** What follows the name of a step in the keys of its parts. */
const partMarks = ['[', '#', '/']

/** What is recorded of a run that somebody has begun. */
export class Past {
  readonly #records: ReadonlyMap<string, RunRecord>
  readonly #unread: Set<string>
  readonly #signals: readonly RunRecord[]

  constructor(records: readonly RunRecord[] = []) {
    this.#records = new Map(records.map((record) => [record.key, record]))
    const settled = records.filter(({ kind, key }) => (kind === 'result' || kind === 'failure') && !key.startsWith('$'))
    this.#unread = new Set(settled.map(({ key }) => key))
    this.#signals = records.filter(({ kind }) => kind === 'signal')
  }

  /** All of it. */
  get records(): readonly RunRecord[] {
    return [...this.#records.values()]
  }

  /** Whether there is anything at all. */
  get isEmpty(): boolean {
    return this.#records.size === 0
  }

  /** How a step ended, where it has. */
  settled(key: string): RunRecord | undefined {
    const record = this.#records.get(key)
    if (record?.kind !== 'result' && record?.kind !== 'failure') return undefined
    this.#unread.delete(key)
    return record
  }

  /** A step that consists of others has ended as a whole: its parts are not asked for. */
  settledWhole(key: string): void {
    for (const part of this.#unread) if (isPart(part, key)) this.#unread.delete(part)
  }

  /** The failure of a step that consists of others: what it came to is worked out of these. */
  failed(key: string): RunRecord | undefined {
    return this.#records.get(key)?.kind === 'failure' ? this.settled(key) : undefined
  }

  find(key: string): RunRecord | undefined {
    return this.#records.get(key)
  }

  /** When the last of them was stored that was not sent by others. */
  get lastAt(): number | undefined {
    let last: number | undefined
    for (const { at, kind } of this.#records.values()) if (kind !== 'signal') last = Math.max(at, last ?? 0)
    return last
  }

  /** How long what a step consists of took from beginning to end, as far as it is recorded. */
  spanOf(key: string): number {
    let [first, last] = [Number.POSITIVE_INFINITY, 0]
    for (const { key: own, at, tookMs = 0 } of this.#records.values()) {
      if (!isPart(own, key)) continue
      first = Math.min(first, at - tookMs)
      last = Math.max(last, at)
    }
    return Math.max(0, last - first)
  }

  /** How many calls of agents were made, as far as they have ended. */
  get calls(): number {
    let calls = 0
    for (const { agent } of this.#records.values()) if (agent !== undefined && agent !== bySignal) calls++
    return calls
  }

  /** How many records there are, those that were sent by others not counted, nor those that only recovery reads. */
  get numbered(): number {
    let count = 0
    for (const { key, kind } of this.#records.values()) if (kind !== 'signal' && !key.startsWith('$')) count++
    return count
  }

  /** The key of a step that has ended, and that nobody asked for: there is no such step any more. */
  get unread(): string | undefined {
    return this.#unread.values().next().value
  }

  /** What the run was told and has not taken in, the oldest first. */
  get untaken(): readonly RunRecord[] {
    const { taken } = this
    return this.#signals.filter(({ key }) => !taken.has(key))
  }

  /** The keys of the signals that it has taken in. */
  get taken(): ReadonlySet<string> {
    const taken = new Set<string>()
    for (const { agent, body } of this.#records.values()) {
      if (agent === bySignal) taken.add((valueOf(body) as Told).signal)
    }
    return taken
  }
}

function isPart(part: string, whole: string): boolean {
  return part.length > whole.length && part.startsWith(whole) && partMarks.includes(part[whole.length] as string)
}
