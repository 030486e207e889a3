import type { Columns } from '../head-columns.js'

/** PostgreSQL's drivers give whole numbers of eight bytes as texts, and times as dates: so both are asked for otherwise. */
export const postgresColumns: Columns = {
  number: (column) => `${column}::float8`,
  millis: (column) => `floor(extract(epoch from ${column}) * 1000)::float8`,
}

/** A number of milliseconds, as something that a time can grow by. */
export function interval(ms: string): string {
  return `${ms} * interval '1 ms'`
}

/** Arrays of columns, one for each name, as parameters of a statement from the number `first` on. */
export function unnested(first: number, types: readonly string[]): string {
  return `unnest(${types.map((type, index) => `$${first + index}::${type}[]`).join(', ')})`
}
