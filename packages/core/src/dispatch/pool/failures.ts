import { declareFailures, type OptionFault } from '../../ports/index.js'

/** Why one member of a pool cannot serve. */
export interface MemberReason {
  readonly member: string
  readonly because: string
  /** Whether it may serve the same message later. */
  readonly passes: boolean
}

const reasons = (list: readonly { readonly member: string; readonly because: string }[]) => {
  const more = list.length > 10 ? `; and ${list.length - 10} more` : ''
  return `${list
    .slice(0, 10)
    .map(({ member, because }) => `${member} ${because}`)
    .join('; ')}${more}`
}

export const poolFailure = declareFailures({
  'pool.invalid_option': {
    when: 'A pool, or a member of one, was described with an option that cannot be.',
    retryable: false,
    says: ({ pool, option, received }: OptionFault & { readonly pool: string }) =>
      `The pool ${pool} cannot have ${received} as its ${option}.`,
    remedy: ({ expected }) => `Give ${expected}.`,
  },
  'pool.no_members': {
    when: 'A pool was defined without members.',
    retryable: false,
    says: ({ pool }: { readonly pool: string }) => `The pool ${pool} has no members.`,
    remedy: 'Give at least one agent; at run time all may leave, and others may join.',
  },
  'pool.no_member': {
    when: 'No member of a pool can serve a message now. No agent was called.',
    retryable: ({ members }: NoMember) => members.some(({ passes }) => passes),
    says: ({ pool, operation, members }: NoMember) =>
      `No member of ${pool} can serve ${operation}: ${members.length === 0 ? 'it has none' : reasons(members)}.`,
    remedy: 'Nothing was called. See why for each member; more members, or more capacity, may help.',
  },
  'pool.unknown_member': {
    when: 'Something was wanted of a member that a pool does not have.',
    retryable: false,
    says: ({ pool, member, known }: { pool: string; member: string; known: readonly string[] }) =>
      `The pool ${pool} has no member ${member}; it has ${known.length > 0 ? known.join(', ') : 'none'}.`,
    remedy: 'Name one of these.',
  },
  'pool.unmet_needs': {
    when: 'An agent was to join a pool at run time, and needs what is not there, or not for as long as the orchestrator.',
    retryable: false,
    says: ({ pool, member, needs }: { pool: string; member: string; needs: readonly string[] }) =>
      `${member} cannot join the pool ${pool}: it needs ${needs.join(', ')}.`,
    remedy: 'Provide each as a value or a singleton(…), or have the agent be a member from the start.',
  },
  'pool.invalid_choice': {
    when: 'The own strategy of a pool chose something that is none of the candidates it was given.',
    retryable: false,
    says: ({ pool, strategy, received }: { pool: string; strategy: string; received: string }) =>
      `The strategy ${strategy} of the pool ${pool} chose ${received}, which is no candidate.`,
    remedy: 'Return one of the candidates: choose: (candidates) => candidates[0].',
  },
  'pool.closed': {
    when: 'An agent was to join a pool that is closed.',
    retryable: false,
    says: ({ pool }: { readonly pool: string }) => `The pool ${pool} is closed.`,
    remedy: 'Have agents join before the orchestrator closes.',
  },
  'pool.close_failed': {
    when: 'Some members of a pool could not be closed. All of them were told to.',
    retryable: false,
    says: ({ pool, members }: { pool: string; members: readonly { member: string; because: string }[] }) =>
      `Of the pool ${pool} could not be closed: ${reasons(members)}.`,
    remedy: 'See each cause; what these agents held may be held until the process ends.',
  },
})

interface NoMember {
  readonly pool: string
  readonly operation: string
  readonly members: readonly MemberReason[]
}
