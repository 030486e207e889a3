import type { Clock, Scheduled } from '../../../ports/index.js'
import type { FlawedDouble } from '../flawed-double.js'
import { ManualClock } from '../manual-clock.js'

interface Advancing extends Clock {
  advance(ms: number): void
}

function flawed(name: string, breaks: readonly string[], make: () => Advancing): FlawedDouble<Clock> {
  return {
    name,
    breaks,
    open: async () => {
      const port = make()
      return { port, advance: async (ms) => port.advance(ms) }
    },
  }
}

class FractionalWall extends ManualClock {
  override now(): number {
    return super.now() + 0.5
  }
}

class WallInSeconds extends ManualClock {
  override now(): number {
    return Math.floor(super.now() / 1_000)
  }
}

class TicksInSeconds extends ManualClock {
  override monotonic(): number {
    return super.monotonic() / 1_000
  }
}

class GoingBack extends ManualClock {
  #last = -1

  override monotonic(): number {
    const ticks = super.monotonic()
    const isSeenAgain = ticks === this.#last
    this.#last = ticks
    return isSeenAgain ? ticks - 0.001 : ticks
  }
}

class Early extends ManualClock {
  override schedule(delayMs: number, task: () => void): Scheduled {
    return super.schedule(delayMs / 2, task)
  }
}

class AtOnce extends ManualClock {
  override schedule(delayMs: number, task: () => void): Scheduled {
    if (delayMs > 0) return super.schedule(delayMs, task)
    task()
    return { cancel: () => {} }
  }
}

class FirstComeFirstRun extends ManualClock {
  #lastDue = 0

  override schedule(delayMs: number, task: () => void): Scheduled {
    this.#lastDue = Math.max(this.#lastDue, this.monotonic() + delayMs)
    return super.schedule(this.#lastDue - this.monotonic(), task)
  }
}

class LastComeFirstRun extends ManualClock {
  #count = 0

  override schedule(delayMs: number, task: () => void): Scheduled {
    return super.schedule(delayMs + 1 - ++this.#count / 1_000, task)
  }
}

/** Keeps a queue for each length, and once it is at a queue runs all in it that are late: as the timers of Node do. */
class QueuesByLength implements Advancing {
  #elapsed = 0
  readonly #queues = new Map<number, { readonly due: number; readonly task: () => void }[]>()

  now(): number {
    return this.#elapsed
  }

  monotonic(): number {
    return this.#elapsed
  }

  schedule(delayMs: number, task: () => void): Scheduled {
    const queue = this.#queues.get(Math.max(0, delayMs)) ?? []
    this.#queues.set(Math.max(0, delayMs), queue)
    const waiting = { due: this.#elapsed + Math.max(0, delayMs), task }
    queue.push(waiting)
    return {
      cancel: () => {
        const index = queue.indexOf(waiting)
        if (index >= 0) queue.splice(index, 1)
      },
    }
  }

  advance(ms: number): void {
    this.#elapsed += ms
    const firstDue = (queue: readonly { readonly due: number }[]) => queue[0]?.due ?? Number.POSITIVE_INFINITY
    for (;;) {
      const [queue = []] = [...this.#queues.values()].toSorted((a, b) => firstDue(a) - firstDue(b))
      if (firstDue(queue) > this.#elapsed) return
      while (firstDue(queue) <= this.#elapsed) {
        try {
          queue.shift()?.task()
        } catch {
          // This clock's flaw is another one.
        }
      }
    }
  }
}

class Fragile extends ManualClock {
  #thrown: Error | undefined

  override schedule(delayMs: number, task: () => void): Scheduled {
    return super.schedule(delayMs, () => {
      try {
        task()
      } catch (error) {
        this.#thrown = error as Error
      }
    })
  }

  override advance(ms: number): void {
    super.advance(ms)
    if (this.#thrown !== undefined) throw this.#thrown
  }
}

class Relentless extends ManualClock {
  override schedule(delayMs: number, task: () => void): Scheduled {
    super.schedule(delayMs, task)
    return { cancel: () => {} }
  }
}

/** Names what waits by a number that the next one may get when it has run. */
class ReusedNumbers extends ManualClock {
  readonly #places: (Scheduled | undefined)[] = []

  override schedule(delayMs: number, task: () => void): Scheduled {
    const free = this.#places.indexOf(undefined)
    const place = free >= 0 ? free : this.#places.length
    this.#places[place] = super.schedule(delayMs, () => {
      this.#places[place] = undefined
      task()
    })
    return {
      cancel: () => {
        this.#places[place]?.cancel()
        this.#places[place] = undefined
      },
    }
  }
}

class ShortTimers extends ManualClock {
  override schedule(delayMs: number, task: () => void): Scheduled {
    return super.schedule(delayMs > 2_147_483_647 ? 1 : delayMs, task)
  }
}

const sameTime = 'tasks due at the same time run in the order scheduled'
const throwing = 'a task that throws harms no other task, nor whoever drives the clock'
const cancelled = 'a cancelled task is not run, also when it is due'
const cancelling = 'cancelling twice, or after the task ran, does nothing'
const wall = 'the wall clock is in whole milliseconds'
const once = 'a task runs once, when its delay has passed'
const ticks = 'the monotonic clock never goes back and counts milliseconds'

/** Clocks with one flaw each: the contract has to find every one of them. */
export const flawedClocks: readonly FlawedDouble<Clock>[] = [
  flawed('the wall clock has fractions', [wall], () => new FractionalWall()),
  flawed('the wall clock counts seconds', [wall], () => new WallInSeconds()),
  flawed('the monotonic clock counts seconds', [wall, ticks, once], () => new TicksInSeconds()),
  flawed('the monotonic clock goes back', [ticks], () => new GoingBack()),
  flawed('a task runs too early', [once], () => new Early()),
  flawed(
    'a task without delay runs within schedule',
    ['a delay of 0 or less has a task run at once, but never before schedule returns'],
    () => new AtOnce(),
  ),
  flawed(
    'who came first runs first, whatever the delays',
    ['tasks due at different times run in the order of their times'],
    () => new FirstComeFirstRun(),
  ),
  flawed(
    'of those due at the same time the last runs first',
    [sameTime, throwing, cancelled],
    () => new LastComeFirstRun(),
  ),
  flawed(
    'late tasks run by their lengths',
    ['tasks that are late run in the order of their times'],
    () => new QueuesByLength(),
  ),
  flawed('whoever advances is thrown what a task throws', [throwing], () => new Fragile()),
  flawed('nothing can be cancelled', [cancelled, cancelling], () => new Relentless()),
  flawed('what ran can be cancelled, which cancels another one', [cancelling], () => new ReusedNumbers()),
  flawed('a long delay ends at once', ['a delay may be longer than any timer'], () => new ShortTimers()),
]
