import { token } from '../protocol/index.js'

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * Where measurements go. Names read `baton.calls`, in the singular unit that the name or the port's user states.
 *
 * No method throws or waits. Equal names with different attributes are different series, whatever the order of attributes;
 * one that is undefined is absent. Attributes hold kinds, never identifiers; the object given may be changed afterwards.
 */
export interface Meter {
  /** Adds to a sum that only grows. An amount below 0 or not finite adds nothing. */
  add(name: string, by: number, attributes?: Attributes): void
  /** Records one observation of a distribution, such as a duration in milliseconds; one that is not finite is left out. */
  record(name: string, value: number, attributes?: Attributes): void
}

export const meter = token<Meter>('baton.meter')
