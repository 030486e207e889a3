import {
  type ClaimAnswer,
  type ClaimRequest,
  isEnded,
  type Nudged,
  type RunRef,
  type WorkflowVersion,
} from '../../ports/index.js'
import { dueBefore } from './due-runs.js'
import type { RunEntry } from './run-entry.js'
import type { RunIndex } from './run-index.js'

/** Does a checked claim: renews the runner's lease, then takes runs. Looks at open runs only. */
export function claimRuns(index: RunIndex, request: ClaimRequest, now: number): ClaimAnswer {
  const { runner, leaseMs, workflows, limit, take = [], retire = false } = request
  index.runners.renew(runner, now + leaseMs)
  if (retire) index.runners.retire(runner)
  const wanted = new WantedVersions(workflows)
  const taken = takeNamed(index, take, wanted, runner.name)
  const lapsed = lapsedRuns(index, wanted, now, limit)
  const due = dueRuns(index, wanted, now, limit - lapsed.length)
  for (const run of lapsed) hold(index, run, runner.name)
  for (const run of due) hold(index, run, runner.name)
  return {
    runs: [...taken, ...lapsed, ...due].map((run) => ({ hold: run.hold(), head: run.head() })),
    nudged: nudgedRuns(index, runner.name),
    now,
  }
}

class WantedVersions {
  readonly #versions = new Map<string, Set<number>>()

  constructor(workflows: readonly WorkflowVersion[]) {
    for (const { workflow, version } of workflows) {
      const versions = this.#versions.get(workflow)
      if (versions === undefined) this.#versions.set(workflow, new Set([version]))
      else versions.add(version)
    }
  }

  has({ workflow, version }: WorkflowVersion): boolean {
    return this.#versions.get(workflow)?.has(version) === true
  }

  *[Symbol.iterator](): Generator<WorkflowVersion> {
    for (const [workflow, versions] of this.#versions) for (const version of versions) yield { workflow, version }
  }
}

function takeNamed(index: RunIndex, refs: readonly RunRef[], wanted: WantedVersions, runner: string): Set<RunEntry> {
  const taken = new Set<RunEntry>()
  for (const ref of refs) {
    const run = index.find(ref)
    if (run === undefined || isEnded(run.status) || !wanted.has(run) || taken.has(run)) continue
    hold(index, run, runner)
    taken.add(run)
  }
  return taken
}

function lapsedRuns(index: RunIndex, wanted: WantedVersions, now: number, limit: number): RunEntry[] {
  const found: RunEntry[] = []
  if (limit === 0) return found
  for (const chain of index.runners.lapsed(now)) {
    for (const run of chain) {
      if (wanted.has(run)) found.push(run)
      if (found.length === limit) return found
    }
  }
  return found
}

function dueRuns(index: RunIndex, wanted: WantedVersions, now: number, limit: number): RunEntry[] {
  const found: RunEntry[] = []
  if (limit === 0) return found
  for (const { workflow, version } of wanted) found.push(...(index.waiting(workflow, version)?.take(now, limit) ?? []))
  found.sort((one, other) => (dueBefore(one, other) ? -1 : 1))
  for (const surplus of found.splice(limit)) index.awaitTime(surplus)
  return found
}

function hold(index: RunIndex, run: RunEntry, runner: string): void {
  index.leave(run)
  if (run.status === 'running') run.takeovers++
  run.status = 'running'
  run.runner = runner
  run.token++
  run.wakeAt = undefined
  run.unheard = false
  index.enter(run)
}

function nudgedRuns(index: RunIndex, runner: string): Nudged[] {
  const nudged: Nudged[] = []
  for (const { unheard, tenant, id, nudge } of index.runners.runningOf(runner)) {
    if (unheard) nudged.push({ tenant, id, nudge })
  }
  return nudged
}
