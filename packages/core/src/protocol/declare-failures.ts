import { Failure, isFailure } from './failure.js'

/** One kind of failure: when it happens, what it says, and what to do about it. */
export interface FailureKind<Details> {
  /** When it happens, in one sentence: this is its entry in `docs/failures.md`. */
  readonly when: string
  readonly retryable: boolean | ((details: Details) => boolean)
  readonly says: (details: Details) => string
  /** How long the other side wants to be left alone, where the details tell. */
  readonly retryAfterMs?: (details: Details) => number | undefined
  readonly remedy: string | ((details: Details) => string)
}

/** Makes the failures of one room: `throw failure('room.code', details, cause)`. */
export interface FailureMaker<DetailsByCode> {
  <Code extends keyof DetailsByCode & string>(
    code: Code,
    details: DetailsByCode[Code],
    cause?: unknown,
  ): Failure<DetailsByCode[Code]>
  /** Whether a caught value is this failure; then its details are typed. */
  readonly is: <Code extends keyof DetailsByCode & string>(
    value: unknown,
    code: Code,
  ) => value is Failure<DetailsByCode[Code]>
  /** The declarations themselves, for the documentation. */
  readonly kinds: { readonly [Code in keyof DetailsByCode]: FailureKind<DetailsByCode[Code]> }
}

/** Declares the failure codes of a room, each with its typed details. Codes read `room.what_happened`. */
export function declareFailures<DetailsByCode>(
  kinds: {
    readonly [Code in keyof DetailsByCode]: FailureKind<DetailsByCode[Code]>
  },
): FailureMaker<DetailsByCode> {
  const make = <Code extends keyof DetailsByCode & string>(
    code: Code,
    details: DetailsByCode[Code],
    cause?: unknown,
  ): Failure<DetailsByCode[Code]> => {
    const { says, remedy, retryable, retryAfterMs } = kinds[code]
    return new Failure({
      code,
      message: says(details),
      remedy: typeof remedy === 'string' ? remedy : remedy(details),
      retryable: typeof retryable === 'boolean' ? retryable : retryable(details),
      details,
      cause,
      retryAfterMs: retryAfterMs?.(details),
    })
  }
  const is = (value: unknown, code: string): boolean => isFailure(value, code)
  return Object.assign(make, { is, kinds }) as unknown as FailureMaker<DetailsByCode>
}
