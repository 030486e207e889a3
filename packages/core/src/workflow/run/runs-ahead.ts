import type { Head, RunStatus } from '../../ports/index.js'
import { type Beginning, valueOf, writingFailure } from '../journal/index.js'
import type { LiveRun } from './live-run.js'
import type { RunKeeper } from './run-keeper.js'

/** Those that somebody carries out, or is about to: whoever waits for somebody has given its turn to the next. */
const underWay: readonly RunStatus[] = ['running', 'pending']
const pageLimit = 500

/** The runs, under way in any process, that are to have their turn before one of their session that waits for its own. */
export class RunsAhead {
  readonly #keeper: RunKeeper
  readonly #run: LiveRun
  /** From when on runs of the session were started later, once that is known. */
  #createdBefore: number | undefined
  /** Which runs never take a turn, as far as that was looked up. */
  readonly #beside = new Map<string, boolean>()

  constructor(keeper: RunKeeper, run: LiveRun) {
    this.#keeper = keeper
    this.#run = run
  }

  /** Looks who is ahead now: the oldest first. A run that is not this process's any more is told so. */
  async look(): Promise<readonly string[]> {
    const { ref } = this.#run.spec
    const { hold } = this.#run.journal
    const heads = await this.#heads()
    if (this.#run.isOver) return []
    const at = heads.findIndex(({ id }) => id === ref.id)
    const own = heads[at]
    if (own !== undefined) this.#createdBefore = own.createdAt + 1
    if (hold !== undefined && own?.token !== hold.token) {
      this.#run.lost(writingFailure('journal.superseded', { run: ref.id }))
      return []
    }
    // The newest come first: what comes before this one was started after it.
    const ahead = heads.slice(at + 1).map(({ id }) => id)
    return this.#fromFirstInLine(ahead.toReversed())
  }

  async #heads(): Promise<readonly Head[]> {
    const { store } = this.#keeper
    const { ref, session } = this.#run.spec
    const createdBefore = this.#createdBefore
    const query = { tenant: ref.tenant, session, statuses: underWay, createdBefore, brief: true, limit: pageLimit }
    const heads: Head[] = []
    let after: string | undefined
    do {
      const page = await store.list({ ...query, after })
      heads.push(...page.heads)
      after = page.next
    } while (after !== undefined)
    return heads
  }

  /** Without those before all others that take no turn. */
  async #fromFirstInLine(ids: readonly string[]): Promise<readonly string[]> {
    for (let index = 0; index < ids.length; index++) {
      if (!(await this.#goesBeside(ids[index] as string))) return ids.slice(index)
    }
    return []
  }

  async #goesBeside(id: string): Promise<boolean> {
    let beside = this.#beside.get(id)
    if (beside === undefined) {
      const { tenant } = this.#run.spec.ref
      beside = isBeside((await this.#keeper.store.read({ tenant, id }, { limit: 1 }))?.head)
      this.#beside.set(id, beside)
    }
    return beside
  }
}

function isBeside(head: Head | undefined): boolean {
  // It is gone meanwhile.
  if (head === undefined) return true
  try {
    return (valueOf(head.input) as Beginning).beside === true
  } catch {
    // Whoever goes on with it will say what is wrong with it.
    return false
  }
}
