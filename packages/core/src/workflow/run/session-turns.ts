import { blamesStore, classify, type Clock, type Lease, type LockStore, type Logger } from '../../ports/index.js'
import { runFailure } from './failures.js'

/** The right to be the run of a session that is under way. */
export interface Turn {
  leave(): void
}

interface Line {
  readonly waiting: (() => void)[]
}

/** Has the runs of one session go one after the other: in this process, and, where stores are shared, in all of them. */
export class SessionTurns {
  readonly #clock: Clock
  readonly #locks: LockStore
  readonly #logger: Logger
  readonly #owner: string
  readonly #leaseMs: number
  /** Whether other processes see the same sessions. */
  readonly #isShared: boolean
  readonly #lines = new Map<string, Line>()
  readonly #leases = new Map<string, Lease>()
  #timer: { cancel(): void } | undefined

  constructor(
    deps: { readonly clock: Clock; readonly locks: LockStore; readonly logger: Logger },
    options: { readonly owner: string; readonly leaseMs: number; readonly isShared: boolean },
  ) {
    this.#clock = deps.clock
    this.#locks = deps.locks
    this.#logger = deps.logger
    this.#owner = options.owner
    this.#leaseMs = options.leaseMs
    this.#isShared = options.isShared
  }

  /** Takes the turn at once; throws where another run has it. */
  async claim(key: string): Promise<Turn> {
    if (this.#lines.has(key)) throw busy()
    this.#lines.set(key, { waiting: [] })
    try {
      if (!(await this.#lock(key))) throw busy()
    } catch (error) {
      this.#next(key)
      throw error
    }
    return this.#turn(key)
  }

  /** Waits for the turn, in the order of asking; nothing where it is not wanted any more when it comes. */
  async wait(key: string, isWanted: () => boolean): Promise<Turn | undefined> {
    const line = this.#lines.get(key)
    if (line === undefined) this.#lines.set(key, { waiting: [] })
    else {
      const { promise, resolve } = Promise.withResolvers<void>()
      line.waiting.push(resolve)
      await promise
    }
    let pauseMs = 20
    try {
      while (isWanted()) {
        if (await this.#lock(key)) return this.#turn(key)
        await this.#pause(pauseMs)
        pauseMs = Math.min(pauseMs * 2, 500)
      }
    } catch (error) {
      this.#next(key)
      throw error
    }
    this.#next(key)
    return undefined
  }

  close(): void {
    this.#timer?.cancel()
  }

  #turn(key: string): Turn {
    let hasLeft = false
    return {
      leave: () => {
        if (hasLeft) return
        hasLeft = true
        const lease = this.#leases.get(key)
        this.#leases.delete(key)
        if (lease === undefined) return this.#next(key)
        // Whoever comes next in this process finds it free, or waits.
        const left = () => this.#next(key)
        this.#locks.release([lease]).then(left, left)
      },
    }
  }

  #next(key: string): void {
    const next = this.#lines.get(key)?.waiting.shift()
    if (next === undefined) this.#lines.delete(key)
    else next()
  }

  async #lock(key: string): Promise<boolean> {
    if (!this.#isShared) return true
    try {
      const lease = await this.#locks.acquire(key, this.#owner, this.#leaseMs)
      if (lease === undefined) return false
      this.#leases.set(key, lease)
      this.#renew()
      return true
    } catch (error) {
      if (classify(error) !== 'retry' && !blamesStore(error)) throw error
      this.#logger.warn({ error }, 'The store of locks does not answer; it is asked again')
      return false
    }
  }

  #renew(): void {
    this.#timer ??= this.#clock.schedule(this.#leaseMs / 3, () => {
      this.#timer = undefined
      if (this.#leases.size === 0) return
      this.#renew()
      // One that was lost is lost: what such runs record is fenced by their own tokens.
      this.#locks.extend([...this.#leases.values()], this.#leaseMs).catch((error: unknown) => {
        this.#logger.warn({ error }, 'The store of locks does not answer; it is asked again')
      })
    })
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#clock.schedule(ms, resolve, true)
    return promise
  }
}

function busy(): Error {
  return runFailure('workflow.busy', { what: 'The session' })
}
