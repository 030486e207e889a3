import { identifier } from '../protocol/index.js'
import {
  checkCount,
  checkDuration,
  checkEndedStatus,
  checkKind,
  checkRun,
  checkStatus,
  checkThat,
  checkWhole,
} from './check-request.js'
import type { Lease } from './lock-store.js'
import type { ClaimRequest, RecordPage, RunQuery } from './run-record.js'
import type { StateStore } from './state-store.js'

/** Which runs to delete. */
export type Deletion = Parameters<StateStore['delete']>[0]

/** The most lapsed and due runs that one claim takes. */
const mostClaimed = 1_000
/** The most runs that one call deletes. */
const mostDeleted = 500
/** The most heads on one page. */
const mostHeads = 500
/** The most records on one page. */
const mostRecords = 1_000

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

/** Throws unless a deletion is one that a store does. */
export function checkDeletion(deletion: Deletion): void {
  if ('run' in deletion) return checkRun(deletion.run)
  checkDuration(deletion.endedForMs, 'endedForMs')
  for (const status of deletion.statuses) checkEndedStatus(status)
  checkWhole(deletion.limit, 'limit', 1, mostDeleted)
}

/** Throws unless a query is one that a store answers; its cursor is the store's own to check. */
export function checkQuery(query: RunQuery): void {
  const { tenant, workflow, statuses = [], session, parent, runner, createdFrom, createdBefore, limit } = query
  if (tenant !== undefined) identifier(tenant, 'tenant')
  if (workflow !== undefined) identifier(workflow, 'workflow')
  for (const status of statuses) checkStatus(status)
  if (session !== undefined) identifier(session, 'session')
  if (parent !== undefined) identifier(parent, 'parent')
  if (runner !== undefined) identifier(runner, 'runner')
  const namesTenant = tenant !== undefined || (session === undefined && parent === undefined)
  checkThat(namesTenant, 'session or parent without its tenant', session ?? parent, 'the tenant too')
  checkCount(createdFrom, 'createdFrom')
  checkCount(createdBefore, 'createdBefore')
  checkWhole(limit, 'limit', 1, mostHeads)
}

/** Throws unless a page is one that a store can give; its cursor is the store's own to check. */
export function checkPage({ limit, kind }: RecordPage): void {
  checkWhole(limit, 'limit', 1, mostRecords)
  if (kind !== undefined) checkKind(kind)
}

/** Throws unless a text is a cursor that is a number: nothing else has been given as a `next`. */
export function checkNumberCursor(after: string | undefined): void {
  if (after === undefined) return
  checkThat(/^[1-9][0-9]{0,15}$/.test(after), 'cursor', after, 'the `next` of the page before')
}

/** Throws unless leases are named by identifiers. */
export function checkLeases(leases: readonly Lease[]): void {
  for (const { key, owner } of leases) {
    identifier(key, 'key of a lease')
    identifier(owner, 'owner of a lease')
  }
}
