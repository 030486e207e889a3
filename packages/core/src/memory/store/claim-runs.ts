import {
  type ClaimAnswer,
  type ClaimRequest,
  identifier,
  type RunRef,
  type WorkflowVersion,
} from '../../ports/index.js'
import { checkCount, checkDuration, checkRun, checkThat, checkWhole } from './check-request.js'
import { dueBefore } from './due-runs.js'
import type { RunEntry } from './run-entry.js'
import { isEnded, type RunIndex } from './run-index.js'

/** The most lapsed and due runs that one claim takes. */
const mostClaimed = 1_000

/** Throws unless a claim asks for what a store can give. */
export function checkClaim({ runner, leaseMs, workflows, limit, take }: ClaimRequest): void {
  identifier(runner.name, 'runner')
  if (runner.host !== undefined) identifier(runner.host, 'host')
  if (runner.instance !== undefined) identifier(runner.instance, 'instance')
  checkCount(runner.pid, 'pid')
  checkDuration(leaseMs, 'leaseMs', 1)
  for (const { workflow, version } of workflows) {
    identifier(workflow, 'workflow')
    checkThat(version !== undefined, 'version', version, 'a whole number from 0')
    checkCount(version, 'version')
  }
  checkWhole(limit, 'limit', 0, mostClaimed)
  if (take !== undefined) for (const run of take) checkRun(run)
}

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

function nudgedRuns(index: RunIndex, runner: string): RunRef[] {
  const nudged: RunRef[] = []
  for (const { unheard, tenant, id } of index.runners.runningOf(runner)) if (unheard) nudged.push({ tenant, id })
  return nudged
}
