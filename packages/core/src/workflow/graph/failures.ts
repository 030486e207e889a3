import { declareFailures } from '../../ports/index.js'

interface Fault {
  readonly what: string
  readonly because: string
  readonly remedy: string
}

interface InWorkflow {
  readonly workflow: string
}

export const graphFailure = declareFailures({
  'workflow.invalid_definition': {
    when: 'A workflow was defined in a way that cannot work.',
    retryable: false,
    says: ({ what, because }: Fault) => `${what} ${because}.`,
    remedy: ({ remedy }: Fault) => remedy,
  },
  'workflow.unknown_step': {
    when: 'A step, or an output, waits for a step that the workflow does not have.',
    retryable: false,
    says: ({
      workflow,
      step,
      unknown,
    }: InWorkflow & Partial<Near> & { readonly step: string; readonly unknown: string }) =>
      `${step} of the workflow ${workflow} waits for '${unknown}', which is no step of it.`,
    remedy: ({ nearest }: Partial<Near>) =>
      nearest === undefined ? 'Name a step of this workflow.' : `Did you mean '${nearest}'?`,
  },
  'workflow.cycle': {
    when: 'Steps of a workflow, or nodes of a plan, wait for each other.',
    retryable: false,
    says: ({ workflow, path, unreachable }: InWorkflow & Cycle) =>
      `In ${workflow} steps wait for each other: ${path.join(' -> ')}.${
        unreachable.length === 0 ? '' : ` Behind them ${unreachable.join(', ')} could never begin.`
      }`,
    remedy: 'Take one of these dependencies away; to repeat something, use a loop.',
  },
  'workflow.contract_mismatch': {
    when: 'What a step would be given can never fit its schema.',
    retryable: false,
    says: ({ workflow, step, because }: InWorkflow & { readonly step: string; readonly because: string }) =>
      `The step ${step} of the workflow ${workflow} is given what cannot fit: ${because}.`,
    remedy: 'Give with: (state) => the input of the step.',
  },
  'workflow.invalid_plan': {
    when: 'A graph that was proposed at run time cannot be run. Nothing of it was begun.',
    retryable: false,
    says: ({ step, because }: { readonly step: string; readonly because: string }) =>
      `The plan of the step ${step} cannot be run: ${because}.`,
    remedy: 'Propose nodes { id, operation, input, after } with known operations, own names, and no cycles.',
  },
})

interface Near {
  readonly nearest: string | undefined
}

interface Cycle {
  readonly path: readonly string[]
  readonly unreachable: readonly string[]
}
