import { token } from '../protocol/index.js'

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * Where measurements go. Names read `baton.calls`, in the singular unit that the name or the port's user states.
 *
 * No method throws or waits. Equal names with different attributes are different series: attributes hold kinds, never identifiers.
 */
export interface Meter {
  /** Adds to a sum that only grows. `by` is 0 or more. */
  add(name: string, by: number, attributes?: Attributes): void
  /** Records one observation of a distribution, such as a duration in milliseconds. */
  record(name: string, value: number, attributes?: Attributes): void
}

export const meter = token<Meter>('baton.meter')
