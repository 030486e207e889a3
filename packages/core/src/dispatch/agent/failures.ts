import { declareFailures, issuePath, type SchemaIssue } from '../../ports/index.js'

/** Where in an agent something went wrong. */
interface Place {
  readonly agent: string
  readonly operation: string
}

interface Violation extends Place {
  /** At most ten, each with its path and what the schema says. */
  readonly issues: readonly { readonly path: string; readonly message: string }[]
}

const listed = ({ issues }: Violation) => issues.map(({ path, message }) => `${path}: ${message}`).join('; ')

export const agentFailure = declareFailures({
  'agent.invalid_input': {
    when: 'The input of an operation does not fit its schema. The agent was not called.',
    retryable: false,
    says: (details: Violation) =>
      `The input of ${details.agent}.${details.operation} does not fit its schema: ${listed(details)}.`,
    remedy: 'Pass an input of the schema’s input type.',
  },
  'agent.invalid_output': {
    when: 'What an agent returned does not fit the schema of the operation’s output.',
    retryable: false,
    says: (details: Violation) =>
      `The output of ${details.agent}.${details.operation} does not fit its schema: ${listed(details)}.`,
    remedy: 'Mend the agent, or the schema that it is held to.',
  },
  'agent.unknown_operation': {
    when: 'An agent was asked for an operation that it does not have.',
    retryable: false,
    says: ({ agent, operation, known }: Place & { readonly known: readonly string[] }) =>
      `The agent ${agent} has no operation ${operation}; it has ${known.length > 0 ? known.join(', ') : 'none'}.`,
    remedy: 'Ask for one of these.',
  },
  'agent.failed': {
    when: 'An agent threw something that is not a failure of Baton. What it threw is the cause.',
    retryable: ({ class: errorClass }: { readonly class: string }) => errorClass === 'retry',
    says: ({ agent, operation, error }: Place & { readonly error: string; readonly class: string }) =>
      `${agent}.${operation} failed: ${error}.`,
    remedy: 'See the cause.',
  },
  'agent.invalid_reply': {
    when: 'An agent answered with something that is not an answer to the message.',
    retryable: false,
    says: ({ agent, operation, because }: Place & { readonly because: string }) =>
      `What ${agent} answered to ${operation} is not an answer: ${because}.`,
    remedy: 'Answer with reply(message, payload, call) or fail(message, failure, call).',
  },
  'agent.invalid_definition': {
    when: 'An agent or an operation was defined in a way that cannot work.',
    retryable: false,
    says: ({ what, because }: { readonly what: string; readonly because: string; readonly remedy: string }) =>
      `${what} ${because}.`,
    remedy: ({ remedy }: { readonly remedy: string }) => remedy,
  },
})

/** The details of a violated schema. */
export function violation(place: Place, issues: readonly SchemaIssue[]): Violation {
  const { agent, operation } = place
  const shownIssues = issues.slice(0, 10).map((issue) => ({ path: issuePath(issue), message: issue.message }))
  return { agent, operation, issues: shownIssues }
}
