/** How a database's own columns are selected so that every driver gives plain numbers. */
export interface Columns {
  /** A whole number. */
  readonly number: (column: string) => string
  /** A time, as whole milliseconds since 1970. */
  readonly millis: (column: string) => string
}

/** What is selected of a head, as `HeadRow` names it, from a table by its name in the statement. */
export function headColumns({ number, millis }: Columns, s = 's'): string {
  return [
    `cast(${s}.no as text) as ref`,
    ...['tenant', 'id', 'workflow', 'parent', 'input', 'runner', 'status', 'output', 'failure'].map(
      (name) => `${s}.${name}`,
    ),
    `${s}.session_id as session`,
    ...['version', 'shape', 'token', 'takeovers', 'nudge'].map((name) => `${number(`${s}.${name}`)} as ${name}`),
    ...['created_at', 'wake_at', 'ended_at'].map((name) => `${millis(`${s}.${name}`)} as ${name}`),
  ].join(', ')
}

/** What is selected of a record, as `RecordRow` names it, from a table that the statement calls `r`. */
export function recordColumns({ number, millis }: Columns): string {
  return [
    ...['key', 'kind', 'agent', 'body'].map((name) => `r.${name}`),
    `${number('r.no')} as number`,
    `${millis('r.at')} as at`,
    ...['attempt', 'took_ms'].map((name) => `${number(`r.${name}`)} as ${name}`),
  ].join(', ')
}
