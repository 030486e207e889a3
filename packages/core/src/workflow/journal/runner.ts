import type {
  ClaimAnswer,
  Clock,
  Logger,
  Nudged,
  RunnerInfo,
  RunRef,
  Scheduled,
  StateStore,
  WorkflowVersion,
} from '../../ports/index.js'
import { endedStatuses } from '../../ports/index.js'
import type { JournalSettings } from './journal-settings.js'

/** Who runs what is claimed. */
export interface Claimant {
  /** The workflow versions that it can run. */
  readonly workflows: readonly WorkflowVersion[]
  /** How many runs it could take in now. */
  readonly freeSlots: number
  /** It holds these runs from now on; the store's time was `now`. */
  claimed(runs: ClaimAnswer['runs'], now: number): void
  /** Whether a process with nothing else to do goes on for its sake. */
  readonly keepsAlive: boolean
  /** Whether it carries this run out, or is about to. */
  holds(run: RunRef): boolean
  /** One of its runs was told something: so many signals has it received. */
  nudged(run: Nudged): void
  /** Whether its lease has lapsed, as far as it can tell by itself: then nothing is to be begun until it is renewed. */
  lapsed(hasLapsed: boolean): void
}

export interface RunnerDeps {
  readonly store: StateStore
  readonly clock: Clock
  readonly logger: Logger
}

const mostClaims = 1_000
const mostListed = 500
const pruneEveryMs = 60_000
const pruneBatch = 500
const longestLastClaimMs = 2_000
const hintMs = 20

/**
 * A process as the store knows it: one name and one lease for all its runs. It renews the lease, and takes in runs that are
 * due, or whose own process is gone.
 */
export class Runner {
  readonly info: RunnerInfo
  readonly #deps: RunnerDeps
  readonly #settings: JournalSettings
  readonly #claimant: Claimant
  #timer: Scheduled | undefined
  #lapse: Scheduled | undefined
  #deafen: (() => void) | undefined
  #hint: Scheduled | undefined
  /** What is being taken by name: the store may have it as this runner's already. */
  readonly #taking = new Set<RunRef>()
  #claiming: Promise<void> | undefined
  #again = false
  #isFirst = true
  /** Whether it may hold runs that it was never told of: the answer to a claim was lost. */
  #mayHoldMore = false
  #isClosed = false
  readonly #closed = new AbortController()
  #prunedAt = Number.NEGATIVE_INFINITY

  constructor(info: RunnerInfo, deps: RunnerDeps, settings: JournalSettings, claimant: Claimant) {
    this.info = info
    this.#deps = deps
    // A store takes whole milliseconds.
    const { leaseMs, keepEndedMs } = settings
    this.#settings = { ...settings, leaseMs: Math.ceil(leaseMs), keepEndedMs: keepEndedMs && Math.ceil(keepEndedMs) }
    this.#claimant = claimant
  }

  /** Looks for runs from now on. In a store that is gone with the process there are none but its own. */
  start(): void {
    const { store } = this.#deps
    if (store.isVolatile === true) return
    this.#deafen = store.listen?.(() => this.#hear())
    void this.look()
  }

  /** Looks for runs now, and renews the lease; resolves when those found were handed over. */
  look(): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    if (this.#claiming !== undefined) {
      this.#again = true
      return this.#claiming
    }
    this.#claiming = this.#look().finally(() => {
      this.#claiming = undefined
      if (this.#again && !this.#isClosed) void this.look()
      else this.#arm()
      this.#again = false
    })
    return this.#claiming
  }

  /** Of many hints that come together one look is made. */
  #hear(): void {
    if (this.#isClosed || this.#hint !== undefined) return
    this.#hint = this.#deps.clock.schedule(hintMs, () => {
      this.#hint = undefined
      void this.look()
    })
  }

  /** Takes a run in whoever holds it; nothing where that cannot be. */
  async take(
    run: RunRef,
    workflow: WorkflowVersion,
  ): Promise<{ readonly claim: ClaimAnswer['runs'][number]; readonly now: number } | undefined> {
    this.#taking.add(run)
    try {
      const answer = await this.#claim([workflow], 0, [run])
      const [claim] = answer.runs
      return claim && { claim, now: answer.now }
    } finally {
      this.#taking.delete(run)
    }
  }

  /** A run that it holds could not be gone on with: it is to be looked for again. */
  missed(): void {
    this.#mayHoldMore = true
  }

  /** What a claim under way still brings is handed over, if it comes soon. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#deafen?.()
    this.#timer?.cancel()
    this.#hint?.cancel()
    this.#lapse?.cancel()
    if (this.#claiming === undefined) return
    const late = this.#deps.clock.schedule(longestLastClaimMs, () => this.#closed.abort(), true)
    await this.#claiming
    late.cancel()
  }

  async #look(): Promise<void> {
    const { clock, logger } = this.#deps
    try {
      for (;;) {
        const { workflows, freeSlots } = this.#claimant
        const limit = Math.min(freeSlots, mostClaims)
        const sentAt = clock.monotonic()
        const answer = await this.#claim(workflows, limit)
        this.#isFirst = false
        this.#renewed(sentAt)
        for (const run of answer.nudged) this.#claimant.nudged(run)
        if (answer.runs.length > 0) this.#claimant.claimed(answer.runs, answer.now)
        if (limit === 0 || answer.runs.length < limit || this.#isClosed) break
      }
      if (this.#mayHoldMore) await this.#findLost()
      void this.#prune()
    } catch (error) {
      logger.warn({ error }, 'The store of runs does not answer; it is asked again')
      if (!this.#isClosed) await this.#renew()
    }
  }

  /** Takes nothing, and renews the lease: to look for runs takes more of a store, and may fail where this does not. */
  async #renew(): Promise<void> {
    const sentAt = this.#deps.clock.monotonic()
    try {
      await this.#claim([], 0)
      this.#renewed(sentAt)
    } catch {
      // It was said already.
    }
  }

  async #claim(workflows: readonly WorkflowVersion[], limit: number, take?: readonly RunRef[]): Promise<ClaimAnswer> {
    const { leaseMs } = this.#settings
    const retire = this.#isFirst && take === undefined
    try {
      const request = { runner: this.info, leaseMs, workflows, limit, take, retire }
      return await this.#deps.store.claim(request, { signal: this.#closed.signal })
    } catch (error) {
      this.#mayHoldMore = true
      throw error
    }
  }

  /** Takes, by their names, the runs that the store says are its own and that it knows nothing of. */
  async #findLost(): Promise<void> {
    let after: string | undefined
    do {
      const page = await this.#deps.store.list({ runner: this.info.name, brief: true, limit: mostListed, after })
      const lost = page.heads.filter((run) => !this.#isKnown(run)).map(({ tenant, id }) => ({ tenant, id }))
      const answer = lost.length === 0 ? undefined : await this.#claim(this.#claimant.workflows, 0, lost)
      if (answer !== undefined) this.#claimant.claimed(answer.runs, answer.now)
      after = page.next
    } while (after !== undefined)
    this.#mayHoldMore = false
  }

  #isKnown(run: RunRef): boolean {
    if (this.#claimant.holds(run)) return true
    for (const { tenant, id } of this.#taking) if (tenant === run.tenant && id === run.id) return true
    return false
  }

  /** It counts from when it asked: the store may have taken its time. */
  #renewed(sentAt: number): void {
    const { clock, store } = this.#deps
    // What is gone with the process nobody else takes over: there it is never renewed, and never lapses.
    if (store.isVolatile === true) return
    this.#claimant.lapsed(false)
    this.#lapse?.cancel()
    const leftMs = sentAt + this.#settings.leaseMs - clock.monotonic()
    this.#lapse = clock.schedule(leftMs, () => this.#claimant.lapsed(true))
  }

  #arm(): void {
    this.#timer?.cancel()
    if (this.#isClosed || this.#deps.store.isVolatile === true) return
    this.#timer = this.#deps.clock.schedule(
      this.#settings.leaseMs / 3,
      () => void this.look(),
      this.#claimant.keepsAlive,
    )
  }

  /** Beside the beat, which does not wait for it. */
  async #prune(): Promise<void> {
    const { keepEndedMs } = this.#settings
    const { clock, store, logger } = this.#deps
    if (keepEndedMs === undefined || clock.monotonic() - this.#prunedAt < pruneEveryMs) return
    this.#prunedAt = clock.monotonic()
    try {
      while (
        (await store.delete({ endedForMs: keepEndedMs, statuses: endedStatuses, limit: pruneBatch })) === pruneBatch
      ) {
        if (this.#isClosed) return
      }
    } catch (error) {
      logger.warn({ error }, 'Ended runs could not be removed; it is tried again')
    }
  }
}
