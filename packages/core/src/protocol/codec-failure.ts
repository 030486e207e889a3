import { declareFailures } from './declare-failures.js'

/** The failures of turning values into text and back. */
export const codecFailure = declareFailures({
  'codec.unsupported_value': {
    when: 'A value to be stored or sent holds something that text cannot carry: a function, a symbol, a class instance …',
    retryable: false,
    says: ({ path, received }: { path: string; received: string; instead: string }) =>
      `The value at ${path} is ${received}, which cannot be encoded.`,
    remedy: ({ instead }) => `Give ${instead}.`,
  },
  'codec.circular': {
    when: 'A value to be stored or sent holds itself.',
    retryable: false,
    says: ({ path, holds }: { path: string; holds: string }) =>
      `The value at ${path} is the one at ${holds}, which holds it: a cycle cannot be encoded.`,
    remedy: 'Refer to it by an identifier instead.',
  },
  'codec.too_deep': {
    when: 'A value to be stored or sent is nested deeper than the codec goes.',
    retryable: false,
    says: ({ path, limit }: { path: string; limit: number }) =>
      `The value at ${path} is nested deeper than ${limit} levels.`,
    remedy: 'Make it flatter, for instance a list of items that refer to each other by identifier.',
  },
  'codec.unreadable': {
    when: 'Reading a value that is to be stored or sent throws: a getter, a proxy, a text beyond what the engine can hold.',
    retryable: false,
    says: ({ path }: { path: string }) => `The value at ${path} cannot be read; the cause says why.`,
    remedy: 'Give a plain copy of it that can be read.',
  },
  'codec.malformed': {
    when: 'A text to be decoded is not what the codec writes.',
    retryable: false,
    says: ({ path, received, expected }: { path: string; received: string; expected: string }) =>
      `The text cannot be decoded: at ${path} it has ${received} instead of ${expected}.`,
    remedy: 'Decode only what `encode` has written, whole and unchanged.',
  },
  'codec.unknown_version': {
    when: 'A text to be decoded was written by a later version of Baton.',
    retryable: false,
    says: ({ received, known }: { received: string; known: string }) =>
      `The text is of version ${received} of the codec; this copy of Baton knows ${known}.`,
    remedy: 'Update @baton/core where the text is read before it is updated where the text is written.',
  },
})
