import { type Body, decode, encode, errorText, isFailure, journalFailure, largestBody } from '../../ports/index.js'
import { writingFailure } from './failures.js'

/** A value without the members that are absent: a body of plain data is the shortest, and soonest written. */
export function present<Value extends object>(value: Value): Partial<Value> {
  const plain: Partial<Value> = {}
  for (const name in value) if (value[name] !== undefined) plain[name] = value[name]
  return plain
}

/** Writes a value as a body; throws for one that is too large, before anything is stored. */
export function bodyOf(what: string, value: unknown): Body {
  const body = encoded(what, value)
  if (body.length <= largestBody) return body
  throw journalFailure('journal.value_too_large', { what, length: body.length, limit: largestBody })
}

/** A failure as a body; one that cannot be kept as it is tells why. */
export function failureBodyOf(failure: unknown): Body {
  try {
    return bodyOf('A failure', failure)
  } catch (error) {
    return bodyOf('A failure', error)
  }
}

function encoded(what: string, value: unknown): Body {
  try {
    return encode(value)
  } catch (error) {
    // A member that throws when it is read may throw anything.
    throw isFailure(error)
      ? error
      : writingFailure('journal.unreadable_value', { what, because: errorText(error) }, error)
  }
}

/** Reads what `bodyOf` has written; nothing where there is none. */
export function valueOf(body: Body | undefined): unknown {
  return body === undefined ? undefined : decode(body)
}

/** What a run begins with. */
export interface Beginning {
  readonly input: unknown
  /** How long it may take, from when it was created. */
  readonly deadlineMs?: number | undefined
  readonly budget?: object | undefined
  /** The data of its session as they were when it began. */
  readonly session?: object | undefined
  /** The run that it repeats, and from which step on. */
  readonly rerunOf?: { readonly run: string; readonly step: string } | undefined
  /** Whether it goes on beside other runs of its session, and takes no turn. */
  readonly beside?: boolean | undefined
}

/** What a run ended with: its output, or the key of the step whose output it is; and what its session is from then on. */
export interface Ending {
  /** How long it took, as the process saw it that ended it. */
  readonly ms?: number | undefined
  readonly output?: unknown
  readonly step?: string | undefined
  readonly session?: object | undefined
}

/** The ending of a run whose output is that of a step, or its own. */
export function endingOf(output: unknown, step: string | undefined, session: object | undefined, ms: number): Ending {
  const ending = step === undefined ? { output, ms } : { step, ms }
  return session === undefined ? ending : { ...ending, session }
}

/** Why a run ended without an output. */
export interface Unfinished {
  readonly ms?: number | undefined
  readonly failure?: unknown
  readonly step?: string | undefined
  readonly because?: unknown
  readonly session?: object | undefined
}

/** What a waiting step got: the payload that this signal brought. */
export interface Told {
  readonly signal: string
}

/** What came with a signal. */
export interface SignalBody {
  readonly name: string
  readonly payload: unknown
}
