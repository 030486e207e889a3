import { blamesStore, classify, type Clock, type Lease, type LockStore, type Logger } from '../../ports/index.js'
import { runFailure } from './failures.js'

/** The right to be the run of a session that is under way. */
export interface Turn {
  leave(): void
}

/** A run that asks for the turn. */
export interface Asking {
  /** Its name among the runs of its session. */
  readonly name: string
  /** Whether it was found in the store: then it is before those that were started here. */
  readonly wasFound: boolean
  /** Whether the turn is wanted still when it comes. */
  readonly isWanted: () => boolean
  /** The names of those that are to have the turn before it, in whatever process. */
  readonly ahead: () => Promise<readonly string[]>
}

interface Place {
  readonly name: string
  readonly wasFound: boolean
  readonly go: () => void
}

interface Line {
  readonly waiting: Place[]
}

/** For how many leases nobody goes on with a run that is ahead until the next one of its session begins all the same. */
const patienceLeases = 2

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
  /** Of each session the runs that were waited for long enough, as long as they are ahead of others. */
  readonly #passedOver = new Map<string, readonly string[]>()
  /** Whether others may take over what this process carries out: then it does not keep them waiting for the turn. */
  isLapsed = false
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

  /** Takes the turn at once; throws where another run has it, or is ahead. */
  async claim(key: string, ahead: Asking['ahead']): Promise<Turn> {
    if (this.#lines.has(key)) throw busy()
    this.#lines.set(key, { waiting: [] })
    try {
      if ((await this.#ahead(key, ahead))?.length !== 0 || !(await this.#lock(key))) throw busy()
    } catch (error) {
      this.#next(key)
      throw error
    }
    return this.#turn(key)
  }

  /** Waits for the turn, in the order of asking; nothing where it is not wanted any more when it comes. */
  async wait(key: string, asking: Asking): Promise<Turn | undefined> {
    await this.#enter(key, asking)
    let pauseMs = 20
    let patienceMs = patienceLeases * this.#leaseMs
    try {
      while (asking.isWanted()) {
        const ahead = await this.#ahead(key, asking.ahead)
        if (!asking.isWanted()) break
        if (await this.#letPass(key, asking, ahead)) continue
        const isNext = ahead?.length === 0 || patienceMs <= 0
        if (isNext && (await this.#lock(key))) {
          if (ahead !== undefined && ahead.length > 0) this.#passOver(key, ahead)
          return this.#turn(key)
        }
        // Who is ahead has not come by the turn, or nobody goes on with it: the session does not wait for that for ever.
        if (!isNext && (await this.#isFree(key))) patienceMs -= pauseMs
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
    else next.go()
  }

  /** Resolves when all that were before it in this process have left, or let it pass. */
  async #enter(key: string, { name, wasFound }: Asking): Promise<void> {
    const line = this.#lines.get(key)
    if (line === undefined) return void this.#lines.set(key, { waiting: [] })
    const { waiting } = line
    const { promise, resolve } = Promise.withResolvers<void>()
    const later = wasFound ? waiting.findIndex((one) => !one.wasFound) : -1
    waiting.splice(later < 0 ? waiting.length : later, 0, { name, wasFound, go: resolve })
    await promise
  }

  /** Lets one go first that is ahead and waits in this process; resolves when that has left, and at once where there is none. */
  async #letPass(key: string, { name, wasFound }: Asking, ahead: readonly string[] = []): Promise<boolean> {
    const waiting = this.#lines.get(key)?.waiting ?? []
    const index = waiting.findIndex((one) => ahead.includes(one.name))
    const [first] = index < 0 ? [] : waiting.splice(index, 1)
    if (first === undefined) return false
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.unshift({ name, wasFound, go: resolve })
    first.go()
    await promise
    return true
  }

  /** Nobody waits for these again. */
  #passOver(key: string, names: readonly string[]): void {
    this.#passedOver.set(key, [...(this.#passedOver.get(key) ?? []), ...names])
  }

  /** Who is ahead; nothing where nobody can tell just now. */
  async #ahead(key: string, ahead: Asking['ahead']): Promise<readonly string[] | undefined> {
    // There is nobody elsewhere, and here they stand in line.
    if (!this.#isShared) return []
    try {
      const names = await ahead()
      const passed = this.#passedOver.get(key)?.filter((name) => names.includes(name)) ?? []
      if (passed.length > 0) this.#passedOver.set(key, passed)
      else this.#passedOver.delete(key)
      return names.filter((name) => !passed.includes(name))
    } catch (error) {
      this.#logger.warn({ error }, 'The runs of a session could not be looked at; it is tried again')
      return undefined
    }
  }

  async #isFree(key: string): Promise<boolean> {
    try {
      return (await this.#locks.read(key)) === undefined
    } catch {
      // Whoever cannot tell waits.
      return false
    }
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
      if (this.isLapsed) return
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
