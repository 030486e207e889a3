import { type EndedStatus, isEnded, type RunRef, type RunStatus } from '../../ports/index.js'
import { DueRuns } from './due-runs.js'
import { RunChain } from './run-chain.js'
import type { RunEntry } from './run-entry.js'
import { RunLog } from './run-log.js'
import { RunnerTable } from './runner-table.js'

/** The runs of one tenant. Maps within maps: joined keys could collide. */
class TenantRuns {
  readonly byId = new Map<string, RunEntry>()
  readonly all = new RunLog()
  readonly bySession = new Map<string, RunLog>()
  readonly byParent = new Map<string, RunLog>()
}

/** Where each run is found: by name, by age, by who holds it, by when it is due, by how it ended. */
export class RunIndex {
  readonly all = new RunLog()
  readonly runners = new RunnerTable()
  /** How many records the ended runs have, all together. */
  endedRecords = 0
  readonly #tenants = new Map<string, TenantRuns>()
  readonly #due = new Map<string, Map<number, DueRuns<RunEntry>>>()
  /** The runs of each status; those that run are found by their runners. */
  readonly #byStatus: Record<Exclude<RunStatus, 'running'>, RunChain<RunEntry>> = {
    pending: new RunChain<RunEntry>(),
    suspended: new RunChain<RunEntry>(),
    'needs-attention': new RunChain<RunEntry>(),
    succeeded: new RunChain<RunEntry>(),
    partial: new RunChain<RunEntry>(),
    failed: new RunChain<RunEntry>(),
    cancelled: new RunChain<RunEntry>(),
  }

  find({ tenant, id }: RunRef): RunEntry | undefined {
    return this.#tenants.get(tenant)?.byId.get(id)
  }

  add(run: RunEntry): void {
    let runs = this.#tenants.get(run.tenant)
    if (runs === undefined) this.#tenants.set(run.tenant, (runs = new TenantRuns()))
    runs.byId.set(run.id, run)
    runs.all.add(run)
    this.all.add(run)
    if (run.session !== undefined) logOf(runs.bySession, run.session).add(run)
    if (run.parent !== undefined) logOf(runs.byParent, run.parent).add(run)
    this.enter(run)
  }

  remove(run: RunEntry): void {
    const runs = this.#tenants.get(run.tenant)
    if (runs === undefined) return
    if (isEnded(run.status)) this.endedRecords -= run.records.length
    run.deleted = true
    // A log may keep the entry for a while, but not what is large.
    run.records.length = 0
    this.leave(run)
    runs.byId.delete(run.id)
    runs.all.forget()
    this.all.forget()
    if (run.session !== undefined) forgetIn(runs.bySession, run.session)
    if (run.parent !== undefined) forgetIn(runs.byParent, run.parent)
    if (runs.byId.size === 0) this.#tenants.delete(run.tenant)
  }

  /** Puts a run where its status belongs. */
  enter(run: RunEntry): void {
    const { status } = run
    if (isEnded(status)) this.endedRecords += run.records.length
    if (status === 'running') this.runners.runningOf(run.runner).add(run)
    else this.#byStatus[status].add(run)
    this.awaitTime(run)
  }

  /** Puts a run among those that wait for a time, if it has one. */
  awaitTime(run: RunEntry): void {
    if (run.wakeAt !== undefined) this.#dueOf(run).add(run)
  }

  /** Takes a run from where its status has put it. */
  leave(run: RunEntry): void {
    run.chain?.remove(run)
    run.due?.remove(run)
  }

  /** The log that holds all runs of a filter, and the fewest others; nothing when there are none. */
  narrowest(filter: { tenant?: string | undefined; session?: string | undefined; parent?: string | undefined }) {
    if (filter.tenant === undefined) return this.all
    const runs = this.#tenants.get(filter.tenant)
    if (filter.parent !== undefined) return runs?.byParent.get(filter.parent)
    return filter.session === undefined ? runs?.all : runs?.bySession.get(filter.session)
  }

  waiting(workflow: string, version: number): DueRuns<RunEntry> | undefined {
    return this.#due.get(workflow)?.get(version)
  }

  *allWaiting(): Generator<DueRuns<RunEntry>> {
    for (const versions of this.#due.values()) yield* versions.values()
  }

  /** Whether some run is the child of this one. */
  isParent({ tenant, id }: RunEntry): boolean {
    return this.#tenants.get(tenant)?.byParent.has(id) === true
  }

  /** The runs that ended in a status, in the order of their ends. */
  endedAs(status: EndedStatus): RunChain<RunEntry> {
    return this.#byStatus[status]
  }

  /** The chains that together hold the runs of these statuses. */
  chainsOf(statuses: readonly RunStatus[]): RunChain<RunEntry>[] {
    return [...new Set(statuses)].flatMap((status) =>
      status === 'running' ? this.runners.running() : [this.#byStatus[status]],
    )
  }

  #dueOf({ workflow, version }: RunEntry): DueRuns<RunEntry> {
    let versions = this.#due.get(workflow)
    if (versions === undefined) this.#due.set(workflow, (versions = new Map()))
    let due = versions.get(version)
    if (due === undefined) versions.set(version, (due = new DueRuns<RunEntry>()))
    return due
  }
}

function logOf(logs: Map<string, RunLog>, name: string): RunLog {
  let log = logs.get(name)
  if (log === undefined) logs.set(name, (log = new RunLog()))
  return log
}

function forgetIn(logs: Map<string, RunLog>, name: string): void {
  const log = logs.get(name)
  log?.forget()
  if (log?.size === 0) logs.delete(name)
}
