import { declareFailures } from './declare-failures.js'

interface Excess {
  readonly limit: number
  readonly received: number
}

/** The failures of taking in what comes from outside. */
export const wireFailure = declareFailures({
  'wire.too_large': {
    when: 'What came from outside has more bytes than `maxBytes`.',
    retryable: false,
    says: ({ limit, received }: Excess) => `The text has ${received} bytes, more than the limit maxBytes of ${limit}.`,
    remedy: ({ received }) => `Send less (a reference to it, say), or raise the limit: { maxBytes: ${received} }.`,
  },
  'wire.too_deep': {
    when: 'What came from outside is nested deeper than `maxDepth`.',
    retryable: false,
    says: ({ limit, received }: Excess) =>
      `The value is nested ${received} levels deep or deeper, more than the limit maxDepth of ${limit}.`,
    remedy: ({ received }) => `Send it flatter, or raise the limit: { maxDepth: ${received} } or more.`,
  },
  'wire.too_many_keys': {
    when: 'The objects in what came from outside have more members than `maxKeys`, all counted together.',
    retryable: false,
    says: ({ limit, received }: Excess) =>
      `The value has ${received} keys or more in all, which exceeds the limit maxKeys of ${limit}.`,
    remedy: ({ received }) => `Send it in parts, or raise the limit: { maxKeys: ${received} } or more.`,
  },
  'wire.malformed': {
    when: 'What came from outside is not a message: not JSON, or a member of it is missing or of the wrong kind.',
    retryable: false,
    says: ({ member, received }: { member: string; received: string; expected: string }) =>
      `What was received is not a message: its ${member} is ${received}.`,
    remedy: ({ expected }) => `Send ${expected}.`,
  },
  'wire.unknown_version': {
    when: 'A message from outside says that it is of a version that this copy of Baton does not know.',
    retryable: false,
    says: ({ received, known }: { received: string; known: number }) =>
      `The message is of version ${received}; this copy of Baton knows ${known}.`,
    remedy: ({ known }) => `Send \`"v": ${known}\`, or update @baton/core on this side first.`,
  },
  'wire.invalid_limit': {
    when: 'A limit for what comes from outside is set to something that limits nothing.',
    retryable: false,
    says: ({ name, received }: { name: string; received: string; highest: number }) =>
      `The limit ${name} cannot be ${received}.`,
    remedy: ({ highest }) => `Give a whole number from 1 to ${highest}.`,
  },
})
