import { declareFailures } from '../ports/index.js'

interface Called {
  readonly agent: string
  readonly operation: string
}

export const dispatchFailure = declareFailures({
  'dispatch.unknown_agent': {
    when: 'A message is for an agent that the orchestrator does not have.',
    retryable: false,
    says: ({ agent, known }: { readonly agent: string; readonly known: readonly string[] }) =>
      `There is no agent ${agent} here; known are: ${known.join(', ') || 'none'}.`,
    remedy: 'Give it to createOrchestrator({ agents: [ … ] }).',
  },
  'dispatch.unknown_group': {
    when: 'A message is for a group that no agent of the orchestrator is a member of.',
    retryable: false,
    says: ({ group, known }: { readonly group: string; readonly known: readonly string[] }) =>
      `There is no group ${group} here; known are: ${known.join(', ') || 'none'}.`,
    remedy: 'Name the group where its members are defined: agent(name, operations, { groups: [ … ] }).',
  },
  'dispatch.no_single_receiver': {
    when: 'A message that asks for an answer is for everyone.',
    retryable: false,
    says: ({ receiver }: { readonly receiver: string }) => `A request to ${receiver} has no one agent to answer it.`,
    remedy:
      'Send it to one agent or group: receiver: { agent: name }; or tell everyone: orchestrator.bus.publish(event).',
  },
  'dispatch.not_an_operation': {
    when: 'Something was asked for that is not an operation of an agent.',
    retryable: false,
    says: ({ because }: { readonly because: string }) => `This cannot be asked for: ${because}.`,
    remedy: 'Ask for an operation of what agent(name, { … }) returned.',
  },
  'dispatch.invalid_timeout': {
    when: 'A call was given a timeout that is no time.',
    retryable: false,
    says: ({ received }: { readonly received: string }) => `A call cannot have a timeout of ${received}.`,
    remedy: 'Give timeoutMs as a number of milliseconds above 0; Infinity waits for ever.',
  },
  'dispatch.invalid_signal': {
    when: 'A call was given a signal that is none.',
    retryable: false,
    says: ({ received }: { readonly received: string }) => `A call cannot be stopped by ${received}.`,
    remedy: 'Give an AbortSignal; of a controller, that is controller.signal.',
  },
  'dispatch.duplicate_agent': {
    when: 'Two agents of one orchestrator have the same name.',
    retryable: false,
    says: ({ agent }: { readonly agent: string }) => `Two agents are called ${agent}.`,
    remedy: 'Give one of them another name.',
  },
  'dispatch.closed': {
    when: 'A call was begun after the orchestrator had begun to close.',
    retryable: false,
    says: ({ agent, operation }: Called) => `${agent}.${operation} was not called: the orchestrator is closing.`,
    remedy: 'Begin no work after close().',
  },
  'dispatch.abandoned': {
    when: 'An orchestrator closed, and a call was not done in time. It is the cause of a `call.cancelled`.',
    retryable: false,
    says: ({ agent, operation }: Called) => `The orchestrator closed before ${agent}.${operation} was done`,
    remedy: '',
  },
  'dispatch.parent_over': {
    when: 'A call was over, and others that it had made and not waited for were not. It is the cause of a `call.cancelled`.',
    retryable: false,
    says: ({ agent, operation }: Called) => `${agent}.${operation}, which it was part of, is over`,
    remedy: '',
  },
  'dispatch.request_over': {
    when: 'An operation went on after its request was over, and needed something to be made.',
    retryable: false,
    says: () => 'Something was needed for a request that is over.',
    remedy: 'Nobody waits for it any more: let the operation end when its signal aborts.',
  },
  'dispatch.expired': {
    when: 'A message came after the time at which it stopped being worth delivering.',
    retryable: false,
    says: ({ agent, operation, lateMs }: Called & { readonly lateMs: number }) =>
      `The message to ${agent}.${operation} expired ${lateMs} ms ago.`,
    remedy: 'Send it again, or give it a later expiresAt.',
  },
  'dispatch.not_a_request': {
    when: 'A message that is an answer was sent as if it asked for one.',
    retryable: false,
    says: ({ type }: { readonly type: string }) => `A message of type ${type} asks for nothing.`,
    remedy: 'Send a request or an event.',
  },
  'dispatch.foreign_tenant': {
    when: 'Within a request or a scope of one tenant, something was to be done for another one.',
    retryable: false,
    says: ({ agent, operation }: Called) =>
      `${agent}.${operation} was to be done for another tenant than its scope is of.`,
    remedy: 'Open a scope for that tenant, or ask from outside of this one.',
  },
  'call.cancelled': {
    when: 'Whoever waited for a call stopped waiting: its signal aborted, or the call that it was part of was over.',
    retryable: false,
    says: ({ agent, operation, because }: Called & { readonly because: string }) =>
      `The call of ${agent}.${operation} was cancelled: ${because}.`,
    remedy: 'Nothing is wrong; the reason of the signal is the cause.',
  },
  'call.timed_out': {
    when: 'A call took longer than it may. Its agent was told to stop.',
    retryable: true,
    says: ({ agent, operation, timeoutMs }: Called & { readonly timeoutMs: number }) =>
      `${agent}.${operation} did not answer within ${timeoutMs} ms.`,
    remedy:
      'See what it waits for, or allow more: timeoutMs of the call or of the step, settings.dispatch.agentTimeoutMs.',
  },
})
