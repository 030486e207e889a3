import type { Clock } from '../ports/index.js'
import { faultOf, type PartFault } from './part-fault.js'
import type { Stop } from './plugin.js'
import { startCancelled, startFailed } from './fault-failures.js'
import type { Startable } from './startable.js'
import { within } from './within.js'

/** What has started, or was running before. */
type Running = Omit<Startable, 'start'>

export interface LifecycleOptions {
  /** How long one may take to start. */
  readonly startTimeoutMs: number
  /** How long one may take to stop. */
  readonly stopTimeoutMs: number
}

export interface LifecycleDeps {
  readonly clock: Clock
  /** Is told of what started too late and then could not be stopped: nobody waits for it any more. */
  report(fault: PartFault): void
}

/** Starts things in the order of their needs, side by side where they are independent, and stops them in reverse. */
export class Lifecycle {
  readonly #things: readonly Startable[]
  readonly #deps: LifecycleDeps
  readonly #options: LifecycleOptions
  readonly #cancelled = new AbortController()
  readonly #failed = new AbortController()
  readonly #started: { readonly thing: Running; readonly stop: Stop | undefined }[] = []
  /** Starts that are no longer waited for, until they are over and undone. */
  readonly #givenUp = new Map<Startable, Promise<void>>()
  #starting: Promise<void> | undefined
  #stopping: Promise<readonly PartFault[]> | undefined

  /** `things` stand each after all that it needs. */
  constructor(things: readonly Startable[], deps: LifecycleDeps, options: LifecycleOptions) {
    this.#things = things
    this.#deps = deps
    this.#options = options
  }

  /** Starts all. When one fails nothing new is started, what had started is stopped, and all causes are reported. */
  start(): Promise<void> {
    this.#starting ??= this.#startAll()
    return this.#starting
  }

  /** Takes charge of something that runs already: it is stopped before all that started before it. */
  adopt(name: string, stop: Stop): void {
    this.#started.push({ thing: { name, needs: [] }, stop })
  }

  /** Gives up a start under way. */
  giveUp(because?: unknown): void {
    this.#cancelled.abort(because)
  }

  /** Stops all that started, waiting for a start under way to give up first. Resolves with who did not stop as told. */
  stop(because?: unknown): Promise<readonly PartFault[]> {
    this.giveUp(because)
    this.#stopping ??= (this.#starting ?? Promise.resolve()).then(
      () => this.#stopAll(),
      // A start that failed has stopped what it had started.
      () => [],
    )
    return this.#stopping
  }

  async #startAll(): Promise<void> {
    const faults: PartFault[] = []
    const signal = AbortSignal.any([this.#failed.signal, this.#cancelled.signal])
    const runs = new Map<Startable, Promise<boolean>>()
    for (const thing of this.#things) {
      const needed = thing.needs.flatMap((need) => runs.get(need) ?? [])
      runs.set(thing, this.#startAfter(needed, thing, signal, faults))
    }
    await Promise.all(runs.values())
    if (faults.length === 0 && !signal.aborted) return
    const unstopped = await this.#stopAll()
    if (faults.length > 0) throw startFailed([...faults, ...unstopped])
    throw startCancelled(this.#cancelled.signal.reason, unstopped)
  }

  /** Resolves with whether it started. */
  async #startAfter(
    needed: readonly Promise<boolean>[],
    thing: Startable,
    signal: AbortSignal,
    faults: PartFault[],
  ): Promise<boolean> {
    const ready = await Promise.all(needed)
    if (signal.aborted || ready.includes(false)) return false
    const { clock } = this.#deps
    const begun = clock.monotonic()
    const late = (work: Promise<Stop | undefined>) => this.#undo(thing, work)
    const patience = { clock, timeoutMs: this.#options.startTimeoutMs, what: `start ${thing.name}`, signal, late }
    let hasFailed = false
    const fail = (cause: unknown) => {
      hasFailed = true
      faults.push(faultOf(thing.name, cause))
    }
    try {
      const stop = await within(patience, async (inner) => {
        try {
          return await thing.start(inner)
        } catch (cause) {
          // What a start throws after it was told to give up is its way of giving up.
          if (!inner.aborted) fail(cause)
          throw cause
        }
      })
      this.#started.push({ thing, stop })
      thing.started?.(clock.monotonic() - begun)
      return true
    } catch (cause) {
      const wasTold = signal.aborted && cause === signal.reason
      if (!hasFailed && !wasTold) fail(cause)
      if (hasFailed) this.#failed.abort(cause)
      return false
    }
  }

  /** Undoes a start that nobody waits for any more, should it still come to something. */
  #undo(thing: Startable, work: Promise<Stop | undefined>): void {
    const undone = work.then(
      async (stop) => {
        try {
          await stop?.()
        } catch (cause) {
          this.#deps.report(faultOf(thing.name, cause))
        }
      },
      // A start that fails after it was given up left nothing to undo.
      () => {},
    )
    this.#givenUp.set(thing, undone)
    void undone.then(() => this.#givenUp.delete(thing))
  }

  async #stopAll(): Promise<readonly PartFault[]> {
    const faults: PartFault[] = []
    for (const { thing, stop } of this.#started.splice(0).reverse()) {
      await this.#withoutUsers(thing)
      const begun = this.#deps.clock.monotonic()
      try {
        if (stop) await this.#inTime(`stop ${thing.name}`, async () => stop())
        thing.stopped?.(this.#deps.clock.monotonic() - begun)
      } catch (cause) {
        faults.push(faultOf(thing.name, cause))
        thing.stopped?.(this.#deps.clock.monotonic() - begun, cause)
      }
    }
    return faults
  }

  /** Waits, as long as a stop may take, for those that need it and whose start was given up: they may still use it. */
  async #withoutUsers(thing: Running): Promise<void> {
    const users = [...this.#givenUp]
      .filter(([user]) => user.needs.includes(thing as Startable))
      .map(([, undone]) => undone)
    if (users.length === 0) return
    try {
      await this.#inTime(`leave ${thing.name}`, () => Promise.all(users))
    } catch {
      // Whoever hangs that long must not keep the others from being stopped.
    }
  }

  #inTime<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    return within({ clock: this.#deps.clock, timeoutMs: this.#options.stopTimeoutMs, what }, work)
  }
}
