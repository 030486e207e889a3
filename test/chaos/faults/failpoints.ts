import type { ClaimRequest, Move, NewRecord, Write } from '@baton/core/ports'
import { emptyPlan, type Plan } from '../flows/drive.ts'
import type { Kind } from '../stores.ts'
import type { Occasion } from './kill-switch.ts'

/** What a process does that is to be killed. */
export type Doing = 'drive' | 'prune' | 'close'

/** A point at which a process is killed. */
export interface Failpoint {
  readonly name: string
  readonly isIt: (occasion: Occasion) => boolean
  /** Which of the moments that fit. */
  readonly nth?: number
  readonly doing?: Doing
  readonly plan?: Partial<Plan>
  readonly leaseMs?: number
  /** The point at which an earlier process was killed: this one is killed while it goes on with what that has left. */
  readonly after?: string
  readonly only?: Kind
  /** Only in the long form: another point is close to it. */
  readonly isLong?: boolean
}

type Store = Occasion & { readonly at: 'store' }
type When = 'before' | 'after'

/** Two points: before a call of the store is made, and when it was answered. */
function around(name: string, isIt: (occasion: Store) => boolean, more: Around = {}): Failpoint[] {
  const { isLastEnough = false, ...rest } = more
  return (['before', 'after'] as const).map((when) => ({
    ...rest,
    name: `${when} ${name}`,
    isLong: isLastEnough && when === 'before',
    isIt: (occasion: Occasion) => occasion.at === 'store' && occasion.when === when && isIt(occasion),
  }))
}

interface Around extends Partial<Failpoint> {
  /** Whether the first of both is for the long form. */
  readonly isLastEnough?: boolean
}

const lastIsEnough: Around = { isLastEnough: true }

function effect(name: string, when: When, step: RegExp): Failpoint {
  return { name, isIt: (one) => one.at === 'effect' && one.when === when && step.test(one.step) }
}

function statement(
  name: string,
  only: Kind,
  when: When | 'sent',
  sql: RegExp,
  more: Partial<Failpoint> = {},
): Failpoint {
  return {
    ...more,
    name,
    only,
    isIt: (one) => one.at === 'statement' && one.when === when && sql.test(one.sql),
  }
}

const writesOf = ({ method, given }: Store): readonly Write[] =>
  method === 'append' ? (given[0] as readonly Write[]) : []
const recordsOf = (one: Store): readonly NewRecord[] =>
  writesOf(one).flatMap((write) => (write.kind === 'signal' ? [write.record] : write.records))
const movesOf = (one: Store): readonly Move[] =>
  writesOf(one).flatMap((write) => (write.kind === 'signal' || write.move === undefined ? [] : [write.move]))
const records = (kind: NewRecord['kind'], key: RegExp) => (one: Store) =>
  recordsOf(one).some((record) => record.kind === kind && key.test(record.key))
const moves =
  (...statuses: string[]) =>
  (one: Store) =>
    movesOf(one).some(({ status }) => statuses.includes(status))
const claims = (isIt: (request: ClaimRequest) => boolean) => (one: Store) =>
  one.method === 'claim' && isIt(one.given[0] as ClaimRequest)

const sessions: Partial<Failpoint> = { plan: { ...emptyPlan, watches: ['first', 'second', 'third'] }, leaseMs: 600 }
const lock = (when: When, method: string): Failpoint => ({
  ...sessions,
  name: `${when} the lease of a session is to ${method}`,
  isIt: (one) => one.at === 'lock' && one.when === when && one.method === method,
})

const left = 'after the effect, before its result is recorded'
const unclear = 'after an effect that happens at most once'

/** Where nobody is killed: whoever started the process sees to that. */
const never: Failpoint = { name: 'never', isIt: () => false }

/** Every point at which a process is killed. */
export const failpoints: readonly Failpoint[] = [
  effect('before the effect', 'before', /^reserve$/),
  effect(left, 'after', /^reserve$/),
  effect('before an effect that happens at most once', 'before', /^charge$/),
  effect(unclear, 'after', /^charge$/),
  effect('after the effect of a nested step', 'after', /^customs\/stamp$/),
  ...around('runs are created', (one) => writesOf(one).some(({ kind }) => kind === 'create')),
  ...around('a result is recorded', records('result', /^reserve$/)),
  ...around('a failure is recorded', records('failure', /^notify$/), lastIsEnough),
  ...around('the mark of a step is recorded', records('mark', /^charge!/)),
  ...around('the number of items is recorded', records('mark', /^ship!/), lastIsEnough),
  ...around('a timer is recorded', records('timer', /^pause@/), lastIsEnough),
  ...around('a signal is recorded', records('signal', /^signal:yes/)),
  ...around('a cancellation is recorded', records('signal', /\$cancel/), lastIsEnough),
  ...around('an item of a map is recorded', records('result', /^ship\[/), lastIsEnough),
  ...around('a round of a loop is recorded', records('result', /^poll#2$/), lastIsEnough),
  ...around('a nested step is recorded', records('result', /^customs\/stamp$/), lastIsEnough),
  ...around('a run is suspended', moves('suspended')),
  ...around('a run ends', moves('partial')),
  ...around('a cancelled run ends', moves('cancelled'), lastIsEnough),
  ...around('several runs are written together', (one) => writesOf(one).length >= 3),
  ...around(
    'the first claim',
    claims(({ retire }) => retire === true),
  ),
  ...around(
    'the claim that takes over',
    claims(({ retire }) => retire === true),
    { after: left },
  ),
  ...around(
    'the lease is renewed',
    claims(({ retire, take }) => !retire && take === undefined),
    {
      plan: { pauseMs: 400 },
      leaseMs: 300,
    },
  ),
  ...around('a history is read to go on', ({ method }) => method === 'read', { after: left }),
  ...around('a run is found to need attention', moves('needs-attention'), { after: unclear }),
  ...around(
    'a run is taken by its name',
    claims(({ take }) => take !== undefined),
    { ...lastIsEnough, after: unclear },
  ),
  ...around('runs are handed back', moves('pending'), { doing: 'close', plan: { pauseMs: 4_000 } }),
  ...around('ended runs are removed', ({ method }) => method === 'delete', { doing: 'prune' }),
  ...around('more ended runs are removed', ({ method }) => method === 'delete', { doing: 'prune', nth: 2 }),
  ...['acquire', 'release', 'extend'].flatMap((method) => [lock('before', method), lock('after', method)]),

  statement('when the file is opened', 'sqlite', 'before', /journal_mode/),
  statement('before the first table is made', 'sqlite', 'before', /create table "orchestrator_workflow_states"/),
  statement('between the making of two tables', 'sqlite', 'after', /create table "orchestrator_agent_results"/),
  statement('before the tables are committed', 'sqlite', 'before', /^commit/, { nth: 1 }),
  statement('when the tables are committed', 'sqlite', 'after', /^commit/, { nth: 1 }),
  statement(
    'within a transaction, after its first record',
    'sqlite',
    'after',
    /^insert into orchestrator_agent_results/,
  ),
  statement('within a transaction, at its last record', 'sqlite', 'before', /^insert into orchestrator_agent_results/, {
    nth: 6,
  }),
  within('before the commit of records', 'before', /insert into orchestrator_agent_results/),
  within('after the commit of records, before the answer', 'after', /insert into orchestrator_agent_results/),
  within('before the commit of an end', 'before', /update orchestrator_workflow_states set status/),
  within('before the commit of a signal', 'before', /nudge = nudge/),
  within('before the commit of a claim', 'before', /heard = nudge/, { after: left }),
  within('between two slices of what is removed', 'after', /delete from orchestrator_workflow_states/, {
    doing: 'prune',
  }),

  statement('before the first table is made', 'postgres', 'before', /create table .*"orchestrator_workflow_states"/),
  statement('while a table is made', 'postgres', 'sent', /create table .*"orchestrator_agent_results"/),
  statement('before the tables are committed', 'postgres', 'before', /^commit/),
  statement('while the tables are committed', 'postgres', 'sent', /^commit/),
  statement('while the first records are sent', 'postgres', 'sent', /o\.no::text as ref/),
  statement('while later records are sent', 'postgres', 'sent', /o\.no::text as ref/, { nth: 3 }),
  statement('while the last records are sent', 'postgres', 'sent', /o\.no::text as ref/, { nth: 9 }),
  statement('while a signal is sent', 'postgres', 'sent', /nudged as/),
  statement('while the lease is renewed', 'postgres', 'sent', /insert into \S*orchestrator_runners/),
  statement('between renewal and takeover', 'postgres', 'after', /update \S*orchestrator_runners/, { after: left }),
  statement('while runs are taken over', 'postgres', 'sent', /lapsed as materialized/, { after: left }),
  statement('while what was taken over is read', 'postgres', 'sent', /from \S*orchestrator_agent_results/, {
    after: left,
  }),
  statement('while ended runs are removed', 'postgres', 'sent', /delete from \S*orchestrator_agent_results/, {
    doing: 'prune',
  }),
  statement(
    'when ended runs are removed, before that is committed',
    'postgres',
    'after',
    /delete from \S*orchestrator_/,
    {
      doing: 'prune',
    },
  ),
]

/** In SQLite, at the end of a transaction of which this was a part. */
function within(name: string, when: When, part: RegExp, more: Partial<Failpoint> = {}): Failpoint {
  return {
    ...more,
    name,
    only: 'sqlite',
    isIt: (one) =>
      one.at === 'statement' && one.when === when && one.sql === 'commit' && one.earlier.some((sql) => part.test(sql)),
  }
}

/** The failpoint of a name, for a kind of database. */
export function failpointOf(name: string, kind: Kind): Failpoint {
  const found = [never, ...failpoints].find((one) => one.name === name && (one.only ?? kind) === kind)
  if (found === undefined) throw new Error(`there is no failpoint '${name}' of ${kind}`)
  return found
}
