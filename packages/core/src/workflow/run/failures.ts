import { declareFailures, issuePath, type SchemaIssue } from '../../ports/index.js'

interface OfStep {
  readonly workflow: string
  readonly step: string
}

interface OfRun {
  readonly run: string
}

interface Violation {
  readonly what: string
  readonly issues: readonly { readonly path: string; readonly message: string }[]
}

const listed = ({ issues }: Violation) => issues.map(({ path, message }) => `${path}: ${message}`).join('; ')

export const runFailure = declareFailures({
  'workflow.unknown': {
    when: 'A workflow was to be run by an orchestrator that was not given it.',
    retryable: false,
    says: ({ workflow, known }: { readonly workflow: string; readonly known: readonly string[] }) =>
      `The orchestrator does not hold ${workflow}; it holds ${known.length > 0 ? known.join(', ') : 'no workflow'}.`,
    remedy: 'Give it to createOrchestrator({ workflows: [ … ] }).',
  },
  'workflow.duplicate': {
    when: 'An orchestrator was given two workflows of one name and version.',
    retryable: false,
    says: ({ workflow, version }: { readonly workflow: string; readonly version: number }) =>
      `There are two workflows called ${workflow}, version ${version}.`,
    remedy: 'Give the newer one another version: answer.version(2).',
  },
  'workflow.invalid_option': {
    when: 'A run was asked for with an option that cannot be.',
    retryable: false,
    says: ({ option, received }: { readonly option: string; readonly received: string; readonly expected: string }) =>
      `A run cannot have ${received} as its ${option}.`,
    remedy: ({ expected }: { readonly expected: string }) => `Give ${expected}.`,
  },
  'workflow.invalid_input': {
    when: 'The input of a run, or what came with a signal, does not fit its schema. Nothing was begun or stored.',
    retryable: false,
    says: (details: Violation) => `${details.what} does not fit its schema: ${listed(details)}.`,
    remedy: 'Give what the schema takes.',
  },
  'workflow.invalid_output': {
    when: 'What a workflow made as its output, or as the data of its session, does not fit its schema.',
    retryable: false,
    says: (details: Violation) => `${details.what} does not fit its schema: ${listed(details)}.`,
    remedy: 'Mend the function given to .output(…), or the schema.',
  },
  'workflow.function_failed': {
    when: 'A function in the definition of a workflow threw. What it threw is the cause.',
    retryable: false,
    says: ({ workflow, step, name, because }: OfStep & { readonly name: string; readonly because: string }) =>
      `In the workflow ${workflow} the function ${name} of ${step} failed: ${because}.`,
    remedy: 'Mend the function; it must not fail, nor depend on anything but its arguments.',
  },
  'workflow.invalid_choice': {
    when: 'A function of a workflow returned what the step cannot go on with.',
    retryable: false,
    says: ({ workflow, step, because }: OfStep & { readonly because: string }) =>
      `The step ${step} of the workflow ${workflow} cannot go on: ${because}.`,
    remedy: 'Mend the function that decided so.',
  },
  'workflow.no_output': {
    when: 'The output of a run needs a step that has none.',
    retryable: false,
    says: ({ workflow, step, because }: OfStep & { readonly because: string }) =>
      `The output of ${workflow} needs the step ${step}, which has none: ${because}.`,
    remedy: 'Name it with a question mark where the output can be made without it.',
  },
  'workflow.loop_limit': {
    when: 'A loop has had all its rounds, and its output is still not what was wanted.',
    retryable: false,
    says: ({ workflow, step, max }: OfStep & { readonly max: number }) =>
      `The loop ${step} of the workflow ${workflow} is not done after ${max} rounds.`,
    remedy: "Allow more rounds, or go on with the last output: whenMaxed: 'keep'.",
  },
  'workflow.dependency_failed': {
    when: 'A node of a plan was not begun, because one that it comes after has failed.',
    retryable: false,
    says: ({ step, node, dependency }: { readonly step: string; readonly node: string; readonly dependency: string }) =>
      `The node ${node} of the plan ${step} was not begun: ${dependency} has failed.`,
    remedy: 'See the failure of that node.',
  },
  'workflow.wait_timed_out': {
    when: 'What a step waited for did not come in time.',
    retryable: false,
    says: ({ workflow, step, signal, timeoutMs }: OfStep & { readonly signal: string; readonly timeoutMs: number }) =>
      `The step ${step} of the workflow ${workflow} waited ${timeoutMs} ms for ${signal}.`,
    remedy: 'Send the signal in time, give it longer, or say what is to happen instead: onFailure.',
  },
  'workflow.step_idle': {
    when: 'A step has not told of progress for as long as it may be silent.',
    retryable: true,
    says: ({ workflow, step, idleMs }: OfStep & { readonly idleMs: number }) =>
      `The step ${step} of the workflow ${workflow} told of no progress for ${idleMs} ms.`,
    remedy: 'Have the agent call progress(…) while it works, or allow more: idleTimeoutMs.',
  },
  'workflow.run_timed_out': {
    when: 'A run has taken longer than it may.',
    retryable: false,
    says: ({ workflow, run, deadlineMs }: OfRun & { readonly workflow: string; readonly deadlineMs: number }) =>
      `The run ${run} of ${workflow} was not done within ${deadlineMs} ms.`,
    remedy: 'Allow more: deadlineMs of the workflow or of the run.',
  },
  'workflow.cancelled': {
    when: 'A run was cancelled.',
    retryable: false,
    says: ({ run, because }: OfRun & { readonly because: string }) => `The run ${run} was cancelled: ${because}.`,
    remedy: 'Start it again if it is still wanted.',
  },
  'workflow.closing': {
    when: 'An orchestrator closes: it begins no run, and hands back those it has not finished.',
    retryable: true,
    says: ({ workflow }: { readonly workflow: string }) => `The orchestrator closes, and runs ${workflow} no more.`,
    remedy: 'Start it elsewhere, or later.',
  },
  'workflow.conflict': {
    when: 'A run was started with the id of another one, of another workflow or with another input.',
    retryable: false,
    says: ({ run, because }: OfRun & { readonly because: string }) => `There is a run ${run} already, with ${because}.`,
    remedy: 'Choose another id, or attach to that run.',
  },
  'workflow.busy': {
    when: 'Another run of the session, or another process, has the run or session in hand.',
    retryable: true,
    says: ({ what }: { readonly what: string }) => `${what} is busy.`,
    remedy: "Try again later, or start the run with whenBusy: 'queue'.",
  },
  'workflow.unknown_run': {
    when: 'There is no run of this id for this tenant.',
    retryable: false,
    says: ({ run }: OfRun) => `There is no run ${run}.`,
    remedy: 'See the id and the tenant; ended runs are kept only for a while.',
  },
  'workflow.wrong_workflow': {
    when: 'A run was attached to as one of another workflow.',
    retryable: false,
    says: ({ run, workflow, actual }: OfRun & { readonly workflow: string; readonly actual: string }) =>
      `The run ${run} is one of ${actual}, not of ${workflow}.`,
    remedy: 'Attach with the workflow, and the version of it, that it was started with.',
  },
  'workflow.not_open': {
    when: 'Something was to be done with a run that has ended, or does not stand where it could be done.',
    retryable: false,
    says: ({ run, status }: OfRun & { readonly status: string }) => `The run ${run} cannot take that: it is ${status}.`,
    remedy: 'See its result; to do it again, start a new run or use rerunFrom.',
  },
  'workflow.no_result': {
    when: 'The output of a run was wanted that has not ended.',
    retryable: false,
    says: ({ run, because }: OfRun & { readonly because: string }) => `The run ${run} has no output: ${because}.`,
    remedy: 'See result.status, and attach to the run by its id later.',
  },
  'workflow.definition_changed': {
    when: 'A run was recorded by a definition that differs in a way that its records cannot be read by this one.',
    retryable: false,
    says: ({ workflow, step, because }: OfStep & { readonly because: string }) =>
      `The records of a run of ${workflow} do not fit its definition: the step ${step} ${because}.`,
    remedy: 'Give the changed workflow another version, beside the older one or with a migrate function.',
  },
})

/** What a schema found, as it is told. */
export function violation(what: string, issues: readonly SchemaIssue[]): Violation {
  return {
    what,
    issues: issues.slice(0, 10).map((issue) => ({ path: issuePath(issue), message: issue.message })),
  }
}
