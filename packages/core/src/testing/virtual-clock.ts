import type { Scheduled } from '../ports/index.js'
import { ManualClock } from './doubles/manual-clock.js'

/** How many turns of the event loop must pass without anything happening before time moves. */
const quietTurns = 4
/** What is open only while something is under way: a file being read, an address looked up, a real timer. */
const working = /req|timeout|connect|zlib|random|pbkdf/i
/** What is soon over by itself, whoever began it: it may have been under way, of somebody else, when the test began. */
const passing = /req/i
/** How long, really, something else (a socket, a worker) may be open without a sign before it counts as idle. */
const idleMs = 1_000

/** A clock that moves by itself to the next thing that waits for it, whenever somebody waits and nothing else can happen. */
export class VirtualClock extends ManualClock {
  /** How many such clocks have a real timer of their own open, which is no sign of anything under way. */
  static #looking = 0
  readonly #isAwaited: () => boolean
  /** What the process had open when the test began; only what is opened later is the test's own. */
  readonly #before = VirtualClock.#countResources()
  readonly #waitedFor = new Set<object>()
  #watching = false
  #quiet = 0
  #openSince: number | undefined

  /** `isAwaited` tells whether anybody waits for something to happen. */
  constructor(isAwaited: () => boolean) {
    super()
    this.#isAwaited = isAwaited
  }

  override schedule(delayMs: number, task: () => void, keepAlive = false): Scheduled {
    this.#quiet = 0
    this.watch()
    if (!keepAlive) return super.schedule(delayMs, task)
    // Whoever keeps the process alive for a task is waiting for it.
    const key = {}
    this.#waitedFor.add(key)
    const scheduled = super.schedule(delayMs, () => {
      this.#waitedFor.delete(key)
      task()
    })
    return {
      cancel: () => {
        this.#waitedFor.delete(key)
        scheduled.cancel()
      },
    }
  }

  /** Watches from now on, until nobody waits any more. */
  watch(): void {
    if (this.#watching) return
    this.#watching = true
    setImmediate(() => this.#look())
  }

  #look(): void {
    const isAwaited = this.#waitedFor.size > 0 || this.#isAwaited()
    if (!isAwaited || this.nextDueInMs === undefined) {
      this.#watching = false
      this.#quiet = 0
    } else if (this.#isBusy()) {
      this.#quiet = 0
      // It keeps the process: the work that is under way may end, and leave nothing open but what waits for this clock.
      VirtualClock.#looking++
      setTimeout(() => {
        VirtualClock.#looking--
        setImmediate(() => this.#look())
      }, 1)
    } else {
      if (++this.#quiet >= quietTurns) {
        this.#quiet = 0
        this.advance(this.nextDueInMs)
      }
      setImmediate(() => this.#look())
    }
  }

  /** Whether real work is under way. */
  #isBusy(): boolean {
    let isOpen = false
    const counts = VirtualClock.#countResources()
    // What was open and is closed now does not make up for what is opened later.
    for (const [kind, before] of this.#before) this.#before.set(kind, Math.min(before, counts.get(kind) ?? 0))
    for (const [kind, count] of counts) {
      const before = passing.test(kind) ? 0 : (this.#before.get(kind) ?? 0)
      if (count <= before || kind.includes('Server') || kind === 'Immediate') continue
      if (working.test(kind)) return true
      isOpen = true
    }
    if (!isOpen) {
      this.#openSince = undefined
      return false
    }
    this.#openSince ??= performance.now()
    return performance.now() - this.#openSince < idleMs
  }

  static #countResources(): Map<string, number> {
    // They are opened when they are first written to, and are no sign of anything under way.
    void [process.stdout, process.stderr]
    const counts = new Map<string, number>()
    for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    counts.set('Timeout', (counts.get('Timeout') ?? 0) - VirtualClock.#looking)
    return counts
  }
}
