import { groupFault, type OptionFault, type OptionRule, shown } from '../../../ports/index.js'
import { FailuresInARow } from './failures-in-a-row.js'
import { LastCalls } from './last-calls.js'
import { RecentCalls } from './recent-calls.js'
import type { Tally } from './tally.js'

/**
 * How much has to fail before a circuit opens: so many in a row; so many, or such a share, of the last calls; or so many,
 * or such a share, within a time. A share counts from `minimum` calls on: 20, or `ofLast` where that is less.
 */
export type OpensAfter =
  | { readonly consecutive: number }
  | { readonly failures: number; readonly ofLast: number }
  | { readonly failures: number; readonly withinMs: number }
  | { readonly rate: number; readonly ofLast: number; readonly minimum?: number | undefined }
  | { readonly rate: number; readonly withinMs: number; readonly minimum?: number | undefined }

/** How many of some calls are too many: all three have to be reached. */
export interface Limit {
  readonly count: number
  readonly rate: number
  readonly minimum: number
}

/** The longest time that may be asked for: a year. */
export const longestMs = 31_536_000_000

/** The rule of an option that is a share of all. */
export const share: OptionRule = { above: 0, max: 1 }
/** The rule of an option that is a number of calls. */
export const calls: OptionRule = { min: 1, max: 100_000, whole: true }
const span: OptionRule = { min: 1, max: longestMs }

/** What is wrong with `opensAfter`, if anything is. */
export function opensAfterFault(value: unknown): OptionFault | undefined {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>
  if ('consecutive' in given) return groupFault('opensAfter', value, { consecutive: calls }, ['consecutive'])
  const view: Record<string, OptionRule> = 'withinMs' in given ? { withinMs: span } : { ofLast: calls }
  const ofLast = typeof given['ofLast'] === 'number' ? given['ofLast'] : 100_000
  const count: OptionRule = { min: 1, max: ofLast, whole: true }
  if ('failures' in given) {
    return groupFault('opensAfter', value, { ...view, failures: count }, ['failures', ...Object.keys(view)])
  }
  if ('rate' in given) {
    const rules = { ...view, rate: share, minimum: count }
    return groupFault('opensAfter', value, rules, ['rate', ...Object.keys(view)])
  }
  const expected = '{ consecutive }, or { failures } or { rate, minimum } with ofLast or withinMs'
  return { option: 'opensAfter', received: shown(value), expected }
}

/** The same, with its `minimum` where a share is asked for. */
export function withMinimum(opensAfter: OpensAfter): OpensAfter {
  return 'rate' in opensAfter ? { ...opensAfter, minimum: minimumOf(opensAfter) } : { ...opensAfter }
}

/** From how many calls on a share of them says something. */
export function minimumOf(opensAfter: OpensAfter): number {
  const usual = 'ofLast' in opensAfter ? Math.min(20, opensAfter.ofLast) : 20
  return ('rate' in opensAfter ? opensAfter.minimum : undefined) ?? usual
}

/** How many failures are too many. */
export function failureLimit(opensAfter: OpensAfter): Limit {
  if ('rate' in opensAfter) return { count: 1, rate: opensAfter.rate, minimum: minimumOf(opensAfter) }
  return { count: 'consecutive' in opensAfter ? opensAfter.consecutive : opensAfter.failures, rate: 0, minimum: 1 }
}

/** Counts the calls that a limit is about. */
export function tallyOf(opensAfter: OpensAfter): Tally {
  if ('consecutive' in opensAfter) return new FailuresInARow()
  return 'ofLast' in opensAfter ? new LastCalls(opensAfter.ofLast) : new RecentCalls(opensAfter.withinMs)
}

/** The calls that a limit is about, in words: `of the last 20 calls`. */
export function viewOf(opensAfter: OpensAfter): string {
  if ('consecutive' in opensAfter) return 'calls in a row'
  return 'ofLast' in opensAfter ? `of the last ${opensAfter.ofLast} calls` : `calls within ${opensAfter.withinMs} ms`
}
