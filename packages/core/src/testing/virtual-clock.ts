import type { Scheduled } from '../ports/index.js'
import { ManualClock } from './doubles/manual-clock.js'

/** How many turns of the event loop must pass without anything happening before time moves. */
const quietTurns = 4
/** How long, really, a socket may be silent before it counts as idle. */
const idleSocketMs = 1_000

/** A clock that moves by itself to the next thing that waits for it, whenever somebody waits and nothing else can happen. */
export class VirtualClock extends ManualClock {
  readonly #isAwaited: () => boolean
  /** What the process had open when the test began; only what is opened later is the test's own. */
  readonly #before = countResources()
  #watching = false
  #quiet = 0
  #socketsSince: number | undefined

  /** `isAwaited` tells whether anybody waits for something to happen. */
  constructor(isAwaited: () => boolean) {
    super()
    this.#isAwaited = isAwaited
  }

  override schedule(delayMs: number, task: () => void): Scheduled {
    this.#quiet = 0
    this.watch()
    return super.schedule(delayMs, task)
  }

  /** Watches from now on, until nobody waits any more. */
  watch(): void {
    if (this.#watching) return
    this.#watching = true
    setImmediate(() => this.#look())
  }

  #look(): void {
    if (!this.#isAwaited() || this.nextDueInMs === undefined) {
      this.#watching = false
      this.#quiet = 0
    } else if (this.#isBusy()) {
      this.#quiet = 0
      setTimeout(() => this.#look(), 1)
    } else {
      if (++this.#quiet >= quietTurns) {
        this.#quiet = 0
        this.advance(this.nextDueInMs)
      }
      setImmediate(() => this.#look())
    }
  }

  /** Whether real work is under way: a file being read, an address looked up, a real timer, a talking socket. */
  #isBusy(): boolean {
    let sockets = false
    for (const [kind, count] of countResources()) {
      if (count <= (this.#before.get(kind) ?? 0) || kind.includes('Server') || kind === 'Immediate') continue
      if (!/socket|pipe|tls/i.test(kind)) return true
      sockets = true
    }
    if (!sockets) {
      this.#socketsSince = undefined
      return false
    }
    this.#socketsSince ??= performance.now()
    return performance.now() - this.#socketsSince < idleSocketMs
  }
}

function countResources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}
