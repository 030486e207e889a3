import { errorText } from '../ports/index.js'

/** A part that did not do as told, with the reason as a text and as it was thrown. */
export interface PartFault {
  readonly part: string
  readonly because: string
  readonly cause: unknown
}

/** Says that a part did not do as told. */
export function faultOf(part: string, cause: unknown): PartFault {
  return { part, because: errorText(cause), cause }
}

/** What was thrown, as one cause: itself where it is one, else all of it together. */
export function causeOf(faults: readonly PartFault[]): unknown {
  return faults.length === 1 ? faults[0]?.cause : new AggregateError(faults.map(({ cause }) => cause))
}
