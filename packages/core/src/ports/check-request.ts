import { identifier, shown } from '../protocol/index.js'
import { type EndedStatus, endedStatuses, type RecordKind, type RunRef, type RunStatus } from './run-record.js'
import { journalFailure, largestBody } from './state-store.js'

/** About 300 years: added to a time of now it is still a time. */
const longestDuration = 10_000_000_000_000

const recordKinds: readonly RecordKind[] = ['result', 'failure', 'mark', 'timer', 'signal']
const movedStatuses: readonly RunStatus[] = [...endedStatuses, 'suspended', 'pending', 'needs-attention']
const runStatuses: readonly RunStatus[] = ['running', ...movedStatuses]

/** Throws `journal.invalid_request` unless a condition on a value holds. */
export function checkThat(holds: boolean, what: string, value: unknown, allowed: string): void {
  if (!holds) throw journalFailure('journal.invalid_request', { what, received: shown(value), allowed })
}

/** Throws unless a value is a whole number within bounds. */
export function checkWhole(value: number, what: string, lowest: number, highest: number): void {
  if (Number.isSafeInteger(value) && value >= lowest && value <= highest) return
  checkThat(false, what, value, `a whole number from ${lowest} to ${highest}`)
}

/** Throws unless a value is nothing or a whole number from 0. */
export function checkCount(value: number | undefined, what: string): void {
  if (value !== undefined) checkWhole(value, what, 0, Number.MAX_SAFE_INTEGER)
}

/** Throws unless a value is a duration that a store takes. */
export function checkDuration(value: number, what: string, lowest = 0): void {
  checkWhole(value, what, lowest, longestDuration)
}

/** Throws unless a run is named by identifiers. */
export function checkRun(run: RunRef): void {
  identifier(run.tenant, 'tenant')
  identifier(run.id, 'run id')
}

/** Throws unless a value is nothing or an encoded value that is not too large. */
export function checkBody(body: string | undefined, what: string): void {
  if (body === undefined) return
  checkThat(typeof body === 'string', what, body, 'an encoded value, or nothing')
  if (body.length <= largestBody) return
  throw journalFailure('journal.value_too_large', { what, length: body.length, limit: largestBody })
}

/** Throws unless a value is a kind of record. */
export function checkKind(kind: RecordKind): void {
  checkOneOf(recordKinds, kind, 'kind of a record')
}

/** Throws unless a value is a status that a move may lead to. */
export function checkMovedStatus(status: RunStatus): void {
  checkOneOf(movedStatuses, status, 'status of a move')
}

/** Throws unless a value is a status. */
export function checkStatus(status: RunStatus): void {
  checkOneOf(runStatuses, status, 'status')
}

/** Throws unless a value is a status that a run ends in. */
export function checkEndedStatus(status: EndedStatus): void {
  checkOneOf(endedStatuses, status, 'status of a deletion')
}

// The list of what is allowed is written only when it is needed: this is called for each record.
function checkOneOf<Name>(allowed: readonly Name[], value: Name, what: string): void {
  if (!allowed.includes(value)) checkThat(false, what, value, `one of ${allowed.join(', ')}`)
}
