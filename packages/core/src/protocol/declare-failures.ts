import { Failure, isFailure } from './failure.js'

/** One kind of failure: when it happens, what it says, and what to do about it. */
export interface FailureKind<Details> {
  /** When it happens, in one sentence: this is its entry in `docs/failures.md`. */
  readonly when: string
  readonly retryable: boolean | ((details: Details) => boolean)
  readonly says: (details: Details) => string
  readonly remedy: string | ((details: Details) => string)
}

type DetailsOf<Kind> = Kind extends { says: (details: infer Details) => string } ? Details : never

/** Makes the failures of one room: `throw failure('room.code', details, cause)`. */
export interface FailureMaker<Kinds> {
  <Code extends keyof Kinds & string>(
    code: Code,
    details: DetailsOf<Kinds[Code]>,
    cause?: unknown,
  ): Failure<DetailsOf<Kinds[Code]>>
  /** Whether a caught value is this failure; then its details are typed. */
  is<Code extends keyof Kinds & string>(value: unknown, code: Code): value is Failure<DetailsOf<Kinds[Code]>>
  /** The declarations themselves, for the documentation. */
  readonly kinds: Kinds
}

/** Declares the failure codes of a room, each with its typed details. Codes read `room.what_happened`. */
export function declareFailures<const Kinds extends Readonly<Record<string, FailureKind<never>>>>(
  kinds: Kinds,
): FailureMaker<Kinds> {
  const make = (code: string, details: never, cause?: unknown): Failure => {
    const kind = kinds[code] as FailureKind<never>
    return new Failure({
      code,
      message: kind.says(details),
      remedy: typeof kind.remedy === 'string' ? kind.remedy : kind.remedy(details),
      retryable: typeof kind.retryable === 'boolean' ? kind.retryable : kind.retryable(details),
      details,
      cause,
    })
  }
  const is = (value: unknown, code: string): boolean => isFailure(value, code)
  return Object.assign(make, { is, kinds }) as unknown as FailureMaker<Kinds>
}
