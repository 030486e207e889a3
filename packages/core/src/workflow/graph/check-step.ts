import { type BudgetLimits, checkBudget } from '../../dispatch/index.js'
import { type OptionFault, optionFault, type OptionRule, shown, type StandardSchema } from '../../ports/index.js'
import type { AnyCallRules, StepDefinition, StepKind } from './definition.js'
import { graphFailure } from './failures.js'
import { Graph } from './graph.js'

const nameForm = /^[A-Za-z0-9_-]{1,64}$/
const forbidden = ['__proto__']

/** The longest that anything of a workflow may last: some 300 years. */
export const longestMs = 10_000_000_000_000

/** Throws for a name that no step can have: records are kept under it. */
export function checkName(workflow: string, name: unknown): void {
  if (typeof name === 'string' && nameForm.test(name) && !forbidden.includes(name)) return
  throw graphFailure('workflow.invalid_definition', {
    what: `The workflow ${workflow}`,
    because: `cannot have a step called ${shown(name)}`,
    remedy: 'Give a name of 1 to 64 letters, digits, _ and -.',
  })
}

/** Throws for what is no schema. */
export function checkSchema(what: string, schema: unknown): void {
  if (typeof (schema as Partial<StandardSchema> | undefined)?.['~standard']?.validate === 'function') return
  throw graphFailure('workflow.invalid_definition', {
    what,
    because: `is ${shown(schema)}, which is no schema`,
    remedy: 'Give a schema of a library that follows Standard Schema: zod (3.24 or later), valibot, arktype …',
  })
}

/** Throws for options that no workflow can have. */
export function checkWorkflowOptions(workflow: string, options: object): void {
  const what = `The workflow ${workflow}`
  const fault = optionFault(options, {
    input: anything,
    output: anything,
    session: anything,
    description: { fits: (value) => typeof value === 'string', expected: 'a sentence' },
    budget: anything,
    deadlineMs: { min: 1, max: longestMs },
  })
  if (fault !== undefined) throw unfit(what, fault)
  const { input, output, session, budget } = options as Record<string, unknown>
  checkSchema(`The input of ${what.toLowerCase()}`, input)
  checkSchema(`The output of ${what.toLowerCase()}`, output)
  if (session !== undefined) checkSchema(`The session of ${what.toLowerCase()}`, session)
  if (budget !== undefined) checkBudget(budget as BudgetLimits)
}

/** Throws for options of `output` that mean nothing: what a session keeps is said by its schema alone. */
export function checkOutputOptions(workflow: string, options: unknown, session: StandardSchema | undefined): void {
  const what = `The output of the workflow ${workflow}`
  const fault = optionFault(options, { session: aFunction })
  if (fault !== undefined) throw unfit(what, fault)
  if (session !== undefined || (options as { readonly session?: unknown }).session === undefined) return
  throw graphFailure('workflow.invalid_definition', {
    what,
    because: 'keeps something for the session, which has no schema',
    remedy: 'Give workflow(name, { session: schema }).',
  })
}

const always = ['after', 'when', 'optional']
const ofCalls = ['retry', 'timeoutMs', 'idleTimeoutMs', 'policy', 'atMostOnce']
const ofItems = ['concurrency', ...ofCalls]

/** What may be said about a step of each kind. */
const ruleNames: Readonly<Record<StepKind, readonly string[]>> = {
  step: [...always, 'with', 'onFailure', 'fallback', ...ofCalls],
  compute: [...always, 'run'],
  map: [...always, 'over', 'run', 'oneOf', 'pick', 'with', 'key', 'settle', ...ofItems],
  loop: [...always, 'with', 'until', 'max', 'whenMaxed', ...ofCalls],
  workflow: [...always, 'with', 'onFailure'],
  plan: [...always, 'operations', 'nodes', 'max', ...ofItems],
  wait: [...always, 'onFailure', 'timeoutMs'],
  sleep: [...always, 'ms'],
}

/** Throws for rules that a step of this kind does not have: a word that is misspelt would otherwise mean nothing. */
export function checkRuleNames(workflow: string, step: string, kind: StepKind, rules: object): void {
  const known = ruleNames[kind].map((name): [string, OptionRule] => [name, flags.includes(name) ? aFlag : anything])
  const fault = optionFault(rules, Object.fromEntries(known)) ?? choiceFault(rules)
  if (fault !== undefined) throw unfit(`The step ${step} of the workflow ${workflow}`, fault)
}

function choiceFault({ oneOf, run }: { readonly oneOf?: unknown; readonly run?: unknown }): OptionFault | undefined {
  if (oneOf === undefined) return undefined
  if (run !== undefined) return { option: 'oneOf', received: 'one beside run', expected: 'one of them' }
  const isSome = typeof oneOf === 'object' && oneOf !== null && Object.keys(oneOf).length > 0
  return isSome ? undefined : wrong('oneOf', oneOf, 'operations of agents, by name')
}

/** Throws for a step that cannot work. */
export function checkStep(workflow: string, step: StepDefinition): void {
  const what = `The step ${step.name} of the workflow ${workflow}`
  const fault =
    optionFault({ when: step.when, onFailure: step.onFailure }, { when: aFunction, onFailure: aFunction }) ??
    faultOf(step) ??
    ('rules' in step ? rulesFault(step.rules) : undefined)
  if (fault !== undefined) throw unfit(what, fault)
}

const anything: OptionRule = { fits: () => true, expected: '' }
const aFunction: OptionRule = { fits: (value) => typeof value === 'function', expected: 'a function' }
const anOperation: OptionRule = {
  fits: (value) => isOperation(value),
  expected: 'an operation of an agent',
}
const anOperationOrWorkflow: OptionRule = {
  fits: (value) => isOperation(value) || (value as { readonly graph?: unknown } | null)?.graph instanceof Graph,
  expected: 'an operation or a workflow',
}
const aSignal: OptionRule = {
  fits: (value) => typeof (value as Partial<StandardSchema> | null)?.['~standard']?.validate === 'function',
  expected: 'what signal(…) returned',
}
const flags = ['optional', 'settle']
const aFlag: OptionRule = { fits: (value) => typeof value === 'boolean', expected: 'true or false' }
const aCount: OptionRule = { min: 1, max: 1_000_000, whole: true }
const aTime: OptionRule = { min: 1, max: longestMs }

function faultOf(step: StepDefinition): OptionFault | undefined {
  switch (step.kind) {
    case 'step':
      return (
        required({ operation: step.operation }, { operation: anOperation }) ??
        optionFault({ with: step.with }, { with: aFunction })
      )
    case 'compute':
      return required({ run: step.run }, { run: aFunction })
    case 'map': {
      const { over, operationOf, operations, key, concurrency } = step
      return (
        required({ over, run: operationOf, with: step.with }, { over: aFunction, run: aFunction, with: aFunction }) ??
        optionFault({ key, concurrency }, { key: aFunction, concurrency: aCount }) ??
        firstFault(operations, 'run')
      )
    }
    case 'loop': {
      const { body, until, max, whenMaxed } = step
      return (
        required({ body }, { body: anOperationOrWorkflow }) ??
        required({ with: step.with, until, max }, { with: aFunction, until: aFunction, max: aCount }) ??
        optionFault({ whenMaxed }, { whenMaxed: { oneOf: ['keep', 'fail'] } })
      )
    }
    case 'workflow':
      return (
        required({ workflow: step.nested }, { workflow: { fits: isGiven, expected: 'what .output(…) returned' } }) ??
        optionFault({ with: step.with }, { with: aFunction })
      )
    case 'plan': {
      const { nodes, max, concurrency, operations } = step
      return (
        required({ nodes, max, operations }, { nodes: aFunction, max: aCount, operations: anObject }) ??
        optionFault({ concurrency }, { concurrency: aCount }) ??
        firstFault(Object.values(operations), 'operations')
      )
    }
    case 'wait':
      return (
        required({ signal: step.signal?.schema }, { signal: aSignal }) ??
        optionFault({ timeoutMs: step.timeoutMs }, { timeoutMs: aTime })
      )
    case 'sleep':
      return typeof step.ms === 'function' ? undefined : required({ ms: step.ms }, { ms: { min: 0, max: longestMs } })
  }
}

function rulesFault({
  retry,
  timeoutMs,
  idleTimeoutMs,
  fallback,
  atMostOnce,
  policy,
}: AnyCallRules): OptionFault | undefined {
  const retries = retry === undefined || retry === false ? undefined : retryFault(retry)
  const fault =
    retries ??
    optionFault(
      { timeoutMs, idleTimeoutMs, fallback, atMostOnce },
      { timeoutMs: aTime, idleTimeoutMs: aTime, fallback: anOperation, atMostOnce: aFlag },
    )
  if (fault !== undefined) return fault
  if (atMostOnce === true && (retry || policy !== undefined)) {
    const option = retry ? 'retry' : 'policy'
    return { option, received: 'one beside atMostOnce', expected: 'none: such a step is never tried again' }
  }
  if (policy !== undefined && retry !== undefined) {
    return { option: 'retry', received: 'one beside a policy', expected: 'one of them: put retry(…) into the policy' }
  }
  return undefined
}

function retryFault(retry: unknown): OptionFault | undefined {
  const times: OptionRule = { min: 0, max: 86_400_000 }
  if (typeof retry !== 'object' || retry === null) return wrong('retry', retry, '{ attempts }, or false')
  const { attempts } = retry as { readonly attempts?: unknown }
  if (attempts === undefined) return wrong('retry', retry, '{ attempts }, or false')
  return optionFault(retry, { attempts: { min: 1, max: 1_000, whole: true }, baseMs: times, capMs: times })
}

const anObject: OptionRule = { fits: (value) => typeof value === 'object' && value !== null, expected: 'an object' }

function required(given: Record<string, unknown>, rules: Record<string, OptionRule>): OptionFault | undefined {
  for (const [option, value] of Object.entries(given)) {
    if (value !== undefined) continue
    const rule = rules[option] as Partial<{ expected: string }>
    return wrong(option, value, rule.expected ?? 'one')
  }
  return optionFault(given, rules)
}

function firstFault(operations: readonly unknown[], option: string): OptionFault | undefined {
  const odd = operations.find((one) => !isOperation(one))
  return operations.includes(odd) ? wrong(option, odd, 'operations of agents') : undefined
}

function wrong(option: string, received: unknown, expected: string): OptionFault {
  return { option, received: shown(received), expected }
}

/** Whether an agent has taken it in. */
export function isOperation(value: unknown): boolean {
  const { agent, contract } = (value ?? {}) as { readonly agent?: unknown; readonly contract?: unknown }
  return typeof agent === 'string' && agent !== '' && contract !== undefined
}

function isGiven(value: unknown): boolean {
  return value !== undefined
}

function unfit(what: string, { option, received, expected }: OptionFault): Error {
  const because = `has ${received} as its ${option}`
  return graphFailure('workflow.invalid_definition', { what, because, remedy: `Give ${expected}.` })
}
