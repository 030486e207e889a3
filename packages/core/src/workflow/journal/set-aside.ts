import type { Clock, Scheduled } from '../../ports/index.js'

/** After a try that has failed nothing is tried for so many times as long as it took, and for longer after each in a row. */
const share = 10
const firstPauseMs = 100
const longestPauseMs = 10_000

interface Waiting<Item> {
  readonly item: Item
  readonly since: number
}

/**
 * What cannot be done for now, where other things can. Of all of it one is tried again at a time, in turn, so that the others
 * wait little for it; when one has come through, the next is tried at once.
 */
export class SetAside<Item> {
  readonly #clock: Clock
  readonly #tell: () => void
  #waiting: Waiting<Item>[] = []
  #timer: Scheduled | undefined
  #isDue = false
  #pauseMs = firstPauseMs
  /** Since when those wait that were taken to be tried again. */
  readonly #since = new Map<Item, number>()

  /** `tell` is called when one is due. */
  constructor(clock: Clock, tell: () => void) {
    this.#clock = clock
    this.#tell = tell
  }

  get size(): number {
    return this.#waiting.length
  }

  get isDue(): boolean {
    return this.#isDue && this.#waiting.length > 0
  }

  /** Since when the oldest of it waits. */
  get oldestSince(): number {
    return Math.min(...this.#waiting.map(({ since }) => since), ...this.#since.values())
  }

  /** Something has failed that waits since then; the try took so long. Whether it is here for the first time. */
  add(item: Item, since: number, tookMs: number): boolean {
    const isNew = !this.#since.has(item)
    this.#waiting.push({ item, since: this.#since.get(item) ?? since })
    this.#since.delete(item)
    this.#isDue = false
    const due = () => {
      this.#timer = undefined
      this.#isDue = true
      this.#tell()
    }
    const pauseMs = Math.min(Math.max(tookMs * share, this.#pauseMs), longestPauseMs)
    this.#timer ??= this.#clock.schedule(pauseMs, due, true)
    this.#pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    return isNew
  }

  /** The next one that is due, to be tried. Whoever tries it says what came of it: by `add`, or by `done`. */
  take(): Item | undefined {
    if (!this.isDue) return undefined
    const [next] = this.#waiting.splice(0, 1)
    if (next === undefined) return undefined
    this.#since.set(next.item, next.since)
    return next.item
  }

  /** What was taken is over. */
  done(item: Item): void {
    if (this.#since.delete(item)) this.#pauseMs = firstPauseMs
  }

  clear(): void {
    this.#timer?.cancel()
    this.#waiting = []
    this.#since.clear()
  }
}
