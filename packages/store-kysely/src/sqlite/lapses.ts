import type { ClaimRequest } from '@baton/core/ports'

/** A runner as its row tells. */
export interface RunnerRow {
  readonly name: string
  readonly host: string | null
  readonly pid: number | null
  readonly instance: string | null
  readonly lease_until: number
  readonly lease_ms: number
}

export interface LapsesDeps {
  /** Whether this host has no process of this number. */
  readonly isGone: (pid: number) => boolean
  /** A time that is never set, in milliseconds. */
  readonly monotonic: () => number
}

/**
 * Judges whose lease has lapsed. A file has no clock of its own, and that of the host may be wrong: so a process of this host
 * that lives is silent only when its lease was seen unchanged for the whole of one, by a clock that is never set.
 */
export class Lapses {
  readonly #deps: LapsesDeps
  readonly #seen = new Map<string, { readonly until: number; readonly since: number }>()

  constructor(deps: LapsesDeps) {
    this.#deps = deps
  }

  of(runners: readonly RunnerRow[], { runner, retire }: ClaimRequest, now: number): readonly RunnerRow[] {
    this.#watch(runners)
    return runners.filter((other) => {
      if (other.name === runner.name) return false
      if (retire === true && other.instance !== null && other.instance === runner.instance) return true
      const isHere = other.host !== null && other.host === runner.host && other.pid !== null
      if (isHere && this.#deps.isGone(other.pid))
        return retire === true || other.lease_until <= now || this.#isSilent(other)
      return isHere ? this.#isSilent(other) : other.lease_until <= now
    })
  }

  /** For the lease that it has given itself: it may beat far less often than who watches it. */
  #isSilent({ name, lease_ms }: RunnerRow): boolean {
    const seen = this.#seen.get(name)
    return seen !== undefined && this.#deps.monotonic() - seen.since >= lease_ms
  }

  #watch(runners: readonly RunnerRow[]): void {
    const since = this.#deps.monotonic()
    const names = new Set(runners.map(({ name }) => name))
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name)
    for (const { name, lease_until } of runners) {
      if (this.#seen.get(name)?.until !== lease_until) this.#seen.set(name, { until: lease_until, since })
    }
  }
}
