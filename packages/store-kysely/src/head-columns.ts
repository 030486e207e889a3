/** How a database's own columns are selected so that every driver gives plain numbers. */
export interface Columns {
  /** A whole number. */
  readonly number: (column: string) => string
  /** A time, as whole milliseconds since 1970. */
  readonly millis: (column: string) => string
}

/** What is selected of a head, as `HeadRow` names it, from a table by its name in the statement. */
export function headColumns(columns: Columns, s = 's'): string {
  return selected(headParts(columns, s))
}

/** The same without what may be large, from a table that the statement calls `s`. */
export function briefColumns(columns: Columns): string {
  return selected({ ...headParts(columns, 's'), input: 'null', output: 'null', failure: 'null' })
}

/** What is selected of a record, as `RecordRow` names it, from a table that the statement calls `r`. */
export function recordColumns(columns: Columns): string {
  return selected(recordParts(columns))
}

/** Nothing, under the names of what is selected of a head. */
export const noHead: string = nothing(headParts)

/** Nothing, under the names of what is selected of a record. */
export const noRecord: string = nothing(recordParts)

/** What is selected, by the name that it gets. */
type Parts = Readonly<Record<string, string>>

function headParts({ number, millis }: Columns, s: string): Parts {
  const plain = ['tenant', 'id', 'workflow', 'parent', 'input', 'runner', 'status', 'output', 'failure']
  const numbers = ['version', 'shape', 'token', 'takeovers', 'nudge']
  return {
    ref: `cast(${s}.no as text)`,
    session: `${s}.session_id`,
    ...parts(plain, (name) => `${s}.${name}`),
    ...parts(numbers, (name) => number(`${s}.${name}`)),
    ...parts(['created_at', 'wake_at', 'ended_at'], (name) => millis(`${s}.${name}`)),
  }
}

function recordParts({ number, millis }: Columns): Parts {
  return {
    number: number('r.no'),
    at: millis('r.at'),
    ...parts(['key', 'kind', 'agent', 'body'], (name) => `r.${name}`),
    ...parts(['attempt', 'took_ms'], (name) => number(`r.${name}`)),
  }
}

function parts(names: readonly string[], select: (name: string) => string): Parts {
  return Object.fromEntries(names.map((name) => [name, select(name)]))
}

function selected(all: Parts): string {
  return Object.entries(all)
    .map(([name, select]) => `${select} as ${name}`)
    .join(', ')
}

function nothing(partsOf: (columns: Columns, s: string) => Parts): string {
  const same = (column: string) => column
  return Object.keys(partsOf({ number: same, millis: same }, ''))
    .map((name) => `null as ${name}`)
    .join(', ')
}
