import type { BudgetLimits } from '../../dispatch/index.js'
import { identifier, type Operation, type StandardSchema } from '../../ports/index.js'
import { checkContracts } from './check-contracts.js'
import { checkName, checkOutputOptions, checkRuleNames, checkStep, checkWorkflowOptions } from './check-step.js'
import type { AnyCallRules, Dependency, StepDefinition, StepKind, WorkflowDefinition } from './definition.js'
import { DefinedWorkflow, type Unshaped } from './defined-workflow.js'
import { graphFailure } from './failures.js'
import { Graph } from './graph.js'
import type { Signal } from './signal.js'
import type { EndsOf, WorkflowBuilder } from './workflow-builder.js'
import { definitionOfWorkflow } from './workflow.js'

/** What holds for a workflow as a whole. */
export interface WorkflowOptions<Input, Output, Session> {
  readonly input: Input
  readonly output: Output
  /** What is kept from one run of a session to the next. */
  readonly session?: Session
  readonly description?: string
  /** What a run may spend, all its calls counted together; at most what the settings allow. */
  readonly budget?: BudgetLimits
  /** How long a run may take, waits included. */
  readonly deadlineMs?: number
}

/** Begins a workflow: its name, and what goes in and comes out, as schemas of any Standard Schema library. */
export function workflow<
  Input extends StandardSchema,
  Output extends StandardSchema,
  Session extends StandardSchema = StandardSchema<object, object>,
>(
  name: string,
  options: WorkflowOptions<Input, Output, Session>,
): WorkflowBuilder<EndsOf<Input, Output, Session>, never, never, never, {}> {
  identifier(name, "workflow's name")
  checkWorkflowOptions(name, options)
  // What its methods take and give follows from the types of all steps so far, of which it knows nothing when it runs.
  return new Builder(name, options, undefined, undefined) as never
}

type Options = WorkflowOptions<StandardSchema, StandardSchema, StandardSchema>
type Loose = Readonly<Record<string, any>>

/** The steps so far: a chain, so that nothing is copied, and a beginning may be continued in several ways. */
class Builder {
  readonly #workflow: string
  readonly #options: Options
  readonly #before: Builder | undefined
  readonly #step: StepDefinition | undefined

  constructor(name: string, options: Options, before: Builder | undefined, step: StepDefinition | undefined) {
    this.#workflow = name
    this.#options = options
    this.#before = before
    this.#step = step
  }

  step(name: string, operation: Operation, rules: Loose = {}): Builder {
    return this.#with({
      ...this.#common('step', name, rules),
      kind: 'step',
      operation,
      with: rules.with,
      rules: callRules(rules),
    })
  }

  compute(name: string, rules: Loose): Builder {
    return this.#with({ ...this.#common('compute', name, rules), kind: 'compute', run: rules.run })
  }

  map(name: string, rules: Loose): Builder {
    return this.#with({
      ...this.#common('map', name, rules),
      kind: 'map',
      over: rules.over,
      ...operationsOfMap(rules),
      with: rules.with,
      key: rules.key,
      concurrency: rules.concurrency,
      settle: rules.settle === true,
      rules: callRules(rules),
    })
  }

  loop(name: string, body: unknown, rules: Loose): Builder {
    return this.#with({
      ...this.#common('loop', name, rules),
      kind: 'loop',
      body: definitionOfWorkflow(body) ?? (body as Operation),
      with: rules.with,
      until: rules.until,
      max: rules.max,
      whenMaxed: rules.whenMaxed ?? 'keep',
      rules: callRules(rules),
    })
  }

  workflow(name: string, nested: unknown, rules: Loose = {}): Builder {
    const definition = definitionOfWorkflow(nested) as WorkflowDefinition
    return this.#with({
      ...this.#common('workflow', name, rules),
      kind: 'workflow',
      nested: definition,
      with: rules.with,
    })
  }

  plan(name: string, rules: Loose): Builder {
    const common = this.#common('plan', name, rules)
    const { operations, nodes, max, concurrency } = rules
    return this.#with({ ...common, kind: 'plan', operations, nodes, max, concurrency, rules: callRules(rules) })
  }

  waitFor(name: string, signal: Signal, rules: Loose = {}): Builder {
    return this.#with({ ...this.#common('wait', name, rules), kind: 'wait', signal, timeoutMs: rules.timeoutMs })
  }

  sleep(name: string, rules: Loose): Builder {
    return this.#with({ ...this.#common('sleep', name, rules), kind: 'sleep', ms: rules.ms })
  }

  output(first: unknown, second?: unknown, options: Loose = {}): object {
    const [after, make] = Array.isArray(first) ? [dependencies(first), second] : [undefined, first]
    const name = this.#workflow
    if (typeof make !== 'function') {
      throw graphFailure('workflow.invalid_definition', {
        what: `The output of the workflow ${name}`,
        because: 'is made by nothing',
        remedy: 'Give .output(["step"], ({ steps }) => …).',
      })
    }
    const { input, output, session, description, budget, deadlineMs } = this.#options
    checkOutputOptions(name, options, session)
    const graph = new Graph(name, this.#steps())
    const definition: Unshaped = {
      name,
      version: 1,
      description,
      input,
      outputSchema: output,
      session,
      budget,
      deadlineMs,
      graph,
      output: {
        after: after?.map((one) => ({ ...one, index: graph.placeOf(name, 'The output', one.name) })),
        make: make as WorkflowDefinition['output']['make'],
        session: options.session,
      },
      migrate: undefined,
    }
    checkContracts(definition)
    return new DefinedWorkflow(definition)
  }

  #steps(): StepDefinition[] {
    const steps = this.#step === undefined ? [] : [this.#step]
    for (let one = this.#before; one !== undefined; one = one.#before) {
      if (one.#step !== undefined) steps.push(one.#step)
    }
    const names = new Set<string>()
    steps.reverse()
    for (const { name } of steps) {
      if (names.has(name)) throw duplicate(this.#workflow, name)
      names.add(name)
    }
    return steps
  }

  #common(kind: StepKind, name: string, rules: Loose) {
    checkName(this.#workflow, name)
    checkRuleNames(this.#workflow, name, kind, rules)
    const last = this.#step
    const after: readonly Dependency[] =
      rules.after === undefined
        ? last === undefined
          ? []
          : [{ name: last.name, isSoft: false }]
        : dependencies(rules.after)
    const { when, optional, onFailure } = rules
    return { name, after, when, isOptional: optional === true, onFailure }
  }

  #with(step: StepDefinition): Builder {
    checkStep(this.#workflow, step)
    return new Builder(this.#workflow, this.#options, this, Object.freeze(step))
  }
}

function dependencies(after: unknown): readonly Dependency[] {
  const given = Array.isArray(after) ? (after as unknown[]) : [after]
  const names = new Set(given.map(String))
  return [...names].flatMap((name) => {
    if (!name.endsWith('?')) return { name, isSoft: false }
    const own = name.slice(0, -1)
    // Whoever names a step both ways needs its output, and waits for it once.
    return names.has(own) ? [] : { name: own, isSoft: true }
  })
}

function callRules({ retry, timeoutMs, idleTimeoutMs, policy, fallback, atMostOnce }: Loose = {}): AnyCallRules {
  return { retry, timeoutMs, idleTimeoutMs, policy, fallback, atMostOnce }
}

function operationsOfMap({ run, oneOf, pick }: Loose) {
  if (oneOf !== undefined) {
    const operations = Object.values(oneOf as Record<string, Operation>)
    // Checked, as what gives the operation of an item, with the step.
    if (typeof pick !== 'function') return { operations, operationOf: undefined as never }
    const operationOf = (item: unknown, state: unknown) => {
      const name = pick(item, state)
      return typeof name === 'string' && Object.hasOwn(oneOf, name) ? oneOf[name] : undefined
    }
    return { operations, operationOf }
  }
  if (typeof run === 'function') return { operations: [], operationOf: run }
  return { operations: [run as Operation], operationOf: () => run as Operation }
}

function duplicate(workflow: string, name: string): Error {
  return graphFailure('workflow.invalid_definition', {
    what: `The workflow ${workflow}`,
    because: `has two steps called ${name}`,
    remedy: 'Give each step a name of its own.',
  })
}
