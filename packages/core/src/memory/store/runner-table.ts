import type { RunnerInfo } from '../../ports/index.js'
import { RunChain } from './run-chain.js'
import type { RunEntry } from './run-entry.js'

interface Runner {
  readonly running: RunChain<RunEntry>
  instance: string | undefined
  /** When its lease lapses; a runner that no claim has seen has none. */
  until: number
}

/** Who runs, until when their leases last, and which runs they hold. */
export class RunnerTable {
  readonly #runners = new Map<string, Runner>()

  runningOf(name: string): RunChain<RunEntry> {
    return this.#runner(name).running
  }

  /** Its runs, if it has any. */
  heldBy(name: string): Iterable<RunEntry> {
    return this.#runners.get(name)?.running ?? []
  }

  renew({ name, instance }: RunnerInfo, until: number): void {
    const runner = this.#runner(name)
    runner.until = until
    runner.instance = instance
  }

  /**
   * Ends the leases of earlier runners of the same instance. Runners of the same host whose process is gone there are none:
   * what is in memory went with it.
   */
  retire({ name, instance }: RunnerInfo): void {
    if (instance === undefined) return
    for (const [other, runner] of this.#runners) {
      if (other !== name && runner.instance === instance) runner.until = Number.NEGATIVE_INFINITY
    }
  }

  /** The runs of each runner whose lease has lapsed. */
  *lapsed(now: number): Generator<RunChain<RunEntry>> {
    for (const [name, runner] of this.#runners) {
      if (runner.until > now) continue
      if (runner.running.first === undefined) this.#runners.delete(name)
      else yield runner.running
    }
  }

  /** The runs of each runner. */
  running(): RunChain<RunEntry>[] {
    return Array.from(this.#runners.values(), ({ running }) => running)
  }

  #runner(name: string): Runner {
    let runner = this.#runners.get(name)
    if (runner === undefined) {
      runner = { running: new RunChain<RunEntry>(), instance: undefined, until: Number.NEGATIVE_INFINITY }
      this.#runners.set(name, runner)
    }
    return runner
  }
}
