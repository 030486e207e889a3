import type { Head, RunQuery, RunStatus } from '../../ports/index.js'
import { endedStatuses, optionFault, shown } from '../../ports/index.js'
import { runFailure } from './failures.js'
import { checkTenant } from './run-options.js'
import { storedTenant, tenantOf } from './tenants.js'

/** A run, as lists show it. */
export interface RunSummary {
  readonly id: string
  readonly tenant?: string
  readonly workflow: string
  readonly version: number
  readonly status: RunStatus
  readonly session?: string
  /** The run that it repeats a part of. */
  readonly parent?: string
  readonly createdAt: Date
  readonly endedAt?: Date
  /** When it goes on by itself. */
  readonly wakeAt?: Date
  /** How often it was taken over from a process that was gone. */
  readonly takeovers: number
}

/** Which runs are wanted; whatever is absent does not matter. */
export interface RunFilter {
  /** Runs of this tenant, or with `null` those that are nobody's. */
  readonly tenant?: string | null | undefined
  readonly workflow?: string | undefined
  readonly status?: RunStatus | readonly RunStatus[] | undefined
  /** Within a tenant, or among runs that are nobody's. */
  readonly session?: string | undefined
  readonly parent?: string | undefined
  readonly createdFrom?: Date | undefined
  readonly createdBefore?: Date | undefined
  /** 100, unless given; at most 500. */
  readonly limit?: number | undefined
  /** The `next` of the page before. */
  readonly after?: string | undefined
}

export interface RunPage {
  /** The newest first. */
  readonly runs: readonly RunSummary[]
  /** Where the next page begins; absent on the last one. */
  readonly next?: string
}

const knownStatuses: readonly RunStatus[] = ['running', 'pending', 'suspended', 'needs-attention', ...endedStatuses]

const anything = { fits: () => true, expected: '' }
const filterRules = {
  tenant: anything,
  workflow: anything,
  status: anything,
  session: anything,
  parent: anything,
  createdFrom: anything,
  createdBefore: anything,
  limit: anything,
  after: anything,
}

/** What a store is asked for a list. */
export function queryOf(filter: RunFilter): RunQuery {
  const fault = optionFault(filter, filterRules)
  if (fault !== undefined) throw runFailure('workflow.invalid_option', fault)
  const { tenant, workflow, status, session, parent, createdFrom, createdBefore, limit = 100, after } = filter
  if (typeof tenant === 'string') checkTenant(tenant)
  const statuses = status === undefined ? undefined : ([status].flat() as RunStatus[])
  const unknown = statuses?.find((one) => !knownStatuses.includes(one))
  if (unknown !== undefined) throw odd('status', unknown, `one of ${knownStatuses.join(', ')}`)
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 500))
    throw odd('limit', limit, 'a whole number from 1 to 500')
  const isWithin = session !== undefined || parent !== undefined
  const ofTenant = tenant !== undefined || isWithin ? { tenant: storedTenant(tenant ?? undefined) } : {}
  return {
    ...ofTenant,
    workflow,
    statuses,
    session,
    parent,
    createdFrom: timeOf('createdFrom', createdFrom),
    createdBefore: timeOf('createdBefore', createdBefore),
    limit,
    after,
  }
}

/** A run, as lists show it. */
export function summaryOf(head: Head): RunSummary {
  const { id, workflow, version, status, session, parent, createdAt, endedAt, wakeAt, takeovers } = head
  const tenant = tenantOf(head.tenant)
  return {
    id,
    ...(tenant !== undefined && { tenant }),
    workflow,
    version,
    status,
    ...(session !== undefined && { session }),
    ...(parent !== undefined && { parent }),
    createdAt: new Date(createdAt),
    ...(endedAt !== undefined && { endedAt: new Date(endedAt) }),
    ...(wakeAt !== undefined && { wakeAt: new Date(wakeAt) }),
    takeovers,
  }
}

function timeOf(option: string, date: Date | undefined): number | undefined {
  if (date === undefined) return undefined
  if (date instanceof Date && !Number.isNaN(date.getTime())) return date.getTime()
  throw odd(option, date, 'a Date')
}

function odd(option: string, received: unknown, expected: string): Error {
  return runFailure('workflow.invalid_option', { option, received: shown(received), expected })
}
