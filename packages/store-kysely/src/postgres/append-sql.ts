import type { TableNames } from '../table-names.js'
import { kindsOfRow, type RowKind, rowTypes, type Shape } from './batch.js'
import { interval, unnested } from './columns.js'

/** Whether conflicts are looked for: that is logged for each row, so it is left to the form that is sent again. */
export type Form = 'first' | 'again'

/**
 * The statement for calls of a shape, with no part for what they do not bring. It creates what is new, locks what is held under
 * its token, or moves it, and records only what one of these has let in.
 */
export function appendSql(names: TableNames, shape: Shape, form: Form): string {
  const { states, results } = names
  const sources = sourcesOf(shape)
  const parts: string[] = []
  const opened: string[] = []
  for (const [kind, { opens, as }] of Object.entries(openings)) {
    const source = sources[kind as RowKind]
    if (source === undefined) continue
    parts.push(opens(source, states, form))
    opened.push(as)
  }
  parts.push(`opened as (${opened.join(' union all ')})`)
  const counts = form === 'again' && sources.records !== undefined
  if (sources.records !== undefined) {
    parts.push(`recorded as (
      insert into ${results} (run, at, key, kind, agent, attempt, took_ms, body)
      select o.no, clock_timestamp(), r.key, r.kind, r.agent, r.attempt, r.took_ms, r.body
      from ${sources.records} r join opened o using (slot) order by r.place
      ${form === 'again' ? 'on conflict (run, key) do nothing' : ''} returning run)`)
  }
  return `with ${parts.join(',\n')}
    select o.slot, o.no::text as ref, o.token::float8 as token, o.nudge, o.status,
      ${counts ? 'coalesce(f.fresh, 0)::float8' : 'null::float8'} as fresh
    from opened o ${counts ? 'left join (select run, count(*) as fresh from recorded group by run) f on f.run = o.no' : ''}`
}

/** Where each kind of row is read from: one parameter for each column. The place of a row is that in which it was sent. */
function sourcesOf(shape: Shape): Partial<Record<RowKind, string>> {
  const sources: Partial<Record<RowKind, string>> = {}
  let first = 1
  for (const kind of kindsOfRow) {
    if (shape[kind] === undefined) continue
    const types = Object.entries(rowTypes[kind])
    const one = types.map(([name, type], index) => `$${first + index}::${type} as ${name}`)
    const names = types.map(([name]) => name)
    const many = unnested(first, Object.values(rowTypes[kind]))
    sources[kind] =
      shape[kind] === 'one'
        ? `(select ${one.join(', ')}, 1 as place)`
        : `(select * from ${many} with ordinality given(${names.join(', ')}, place))`
    first += types.length
  }
  return sources
}

interface Opening {
  /** What lets records in, as parts of the statement. */
  readonly opens: (source: string, states: string, form: Form) => string
  /** The runs that it has let in, as a subquery. */
  readonly as: string
}

const openings: Partial<Record<RowKind, Opening>> = {
  // Numbered in the order of the call but stored in that of the names, so that two callers of the same names do not wait for
  // each other in a circle.
  creates: {
    opens: (source, states, form) => `numbered as materialized (
        select nextval('${states}_no_seq') as no, c.* from (select * from ${source} c order by slot) c
      ), created as (
        insert into ${states} (no, tenant, id, workflow, version, shape, session_id, parent, input, runner, status, token, output, failure, wake_at, ended_at)
        select no, tenant, id, workflow, version, shape, session_id, parent, input, runner, status, token, output, failure,
          clock_timestamp() + ${interval('wake_ms')}, case when has_ended then clock_timestamp() end
        from numbered order by tenant, id
        ${form === 'again' ? 'on conflict (tenant, id) do nothing' : ''} returning no, token, nudge, status)`,
    as: 'select n.slot, c.no, c.token, c.nudge, c.status from created c join numbered n on n.no = c.no',
  },
  // The lock is what fences: without it a former holder's records could be stored after its successor has read the journal. Each
  // is looked for by itself: while there are few runs, to go through all of them would look as good, and be done so later on.
  holds: {
    opens: (source, states) => `held as (
        select h.slot, s.no, s.token, s.nudge, s.status from (select * from ${source} h order by no) h cross join lateral (
          select no, token, nudge, status from ${states} s where s.no = h.no and s.token = h.token for no key update) s)`,
    as: 'select slot, no, token, nudge, status from held',
  },
  moves: {
    opens: (source, states) => `moved as (
        update ${states} s set status = m.status, token = s.token + 1, output = m.output, failure = m.failure,
          wake_at = case when not m.waits then null when s.nudge > m.seen then clock_timestamp()
            else clock_timestamp() + ${interval('m.wake_ms')} end,
          takeovers = case when m.status = 'suspended' then 0 else s.takeovers end,
          ended_at = case when m.has_ended then clock_timestamp() end
        from (select * from ${source} m order by no) m where s.no = m.no and s.token = m.token
        returning m.slot, s.no, s.token, s.nudge, s.status)`,
    as: 'select slot, no, token, nudge, status from moved',
  },
}
