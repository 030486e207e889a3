import { type BudgetLimits, checkBudget } from '../../dispatch/index.js'
import { identifier, optionFault, type Priority, priorities, shown } from '../../ports/index.js'
import { longestMs } from '../graph/index.js'
import { runFailure } from './failures.js'
import { noTenant } from './tenants.js'

/** What may be said about a run. */
export interface RunOptions {
  /** Its id, of your own: a run with an id that exists is that run, whoever started it. */
  readonly id?: string | undefined
  readonly tenant?: string | undefined
  readonly session?: string | undefined
  /** What becomes of it while another run of its session is under way: it waits (`queue`, unless given), is refused, or goes on beside it. */
  readonly whenBusy?: 'queue' | 'reject' | 'parallel' | undefined
  /** Cancels the run. */
  readonly signal?: AbortSignal | undefined
  /** How long it may take, waits included; at most what its workflow allows. */
  readonly deadlineMs?: number | undefined
  /** What it may spend, all its calls counted together; at most what its workflow and the settings allow. */
  readonly budget?: BudgetLimits | undefined
  readonly priority?: Priority | undefined
  /** What agents may want to know besides; passed on unread, and not kept where the run is taken over. */
  readonly context?: unknown
  /** The W3C `traceparent` of the span that asks. */
  readonly traceparent?: string | undefined
}

const anything = { fits: () => true, expected: '' }
const rules = {
  id: anything,
  tenant: anything,
  session: anything,
  whenBusy: { oneOf: ['queue', 'reject', 'parallel'] },
  signal: { fits: isSignal, expected: 'an AbortSignal' },
  deadlineMs: { above: 0, max: longestMs },
  budget: anything,
  priority: { oneOf: priorities },
  context: anything,
  traceparent: { fits: (value: unknown) => typeof value === 'string', expected: 'a W3C traceparent' },
}

/** Throws unless a run can have these options. */
export function checkRunOptions(options: RunOptions): void {
  if (typeof options !== 'object' || options === null) {
    const expected = 'an object of options'
    throw runFailure('workflow.invalid_option', { option: 'options', received: shown(options), expected })
  }
  const fault = optionFault(options, rules)
  if (fault !== undefined) throw runFailure('workflow.invalid_option', fault)
  const { id, tenant, session, budget } = options
  if (id !== undefined) identifier(id, 'id of a run')
  if (tenant !== undefined) checkTenant(tenant)
  if (session !== undefined) identifier(session, 'session')
  if (budget !== undefined) checkBudget(budget)
}

/** Throws unless there can be such a tenant. */
export function checkTenant(tenant: unknown): void {
  identifier(tenant, 'tenant')
  if (tenant !== noTenant) return
  const fault = { option: 'tenant', received: `'${noTenant}'`, expected: 'another name, or none at all' }
  throw runFailure('workflow.invalid_option', fault)
}

function isSignal(value: unknown): boolean {
  return typeof (value as Partial<AbortSignal> | undefined)?.addEventListener === 'function'
}
