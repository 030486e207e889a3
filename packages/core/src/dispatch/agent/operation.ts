import type {
  CallContext,
  InputOf,
  Named,
  Needs,
  Operation,
  OutputOf,
  PolicyLike,
  Resolved,
  StandardSchema,
} from '../../ports/index.js'
import { shown } from '../../ports/index.js'
import { checkPolicy } from './check-policy.js'
import { agentFailure } from './failures.js'

const contextMembers: Readonly<Record<keyof CallContext, true>> = {
  message: true,
  signal: true,
  attempt: true,
  runId: true,
  step: true,
  tenant: true,
  session: true,
  log: true,
  remainingMs: true,
  idempotencyKey: true,
  progress: true,
  budget: true,
  spend: true,
  ask: true,
  newId: true,
  now: true,
}
/** No object can have these as ordinary members. */
const impossible = ['__proto__', 'constructor', 'then']

/** An operation with the code that does its work. */
export interface RunnableOperation extends Operation {
  /** Stands around every call of it, instead of its agent's. */
  readonly policy?: PolicyLike | undefined
  readonly run: (input: unknown, call: CallContext) => unknown
}

type NoClash<N> = keyof N & keyof CallContext extends never
  ? unknown
  : { readonly needs: `'${Extract<keyof N, keyof CallContext>}' is a name of CallContext: choose another` }

/** Defines a piece of work: its input and output as schemas (of any Standard Schema library), what it needs, its code. */
export function operation<Input extends StandardSchema, Output extends StandardSchema, const N extends Needs = {}>(
  definition: {
    readonly input: Input
    readonly output: Output
    readonly needs?: N
    readonly description?: string
    readonly policy?: PolicyLike
    readonly run: (
      input: OutputOf<Input>,
      call: CallContext & Resolved<N>,
    ) => InputOf<Output> | Promise<InputOf<Output>>
  } & NoClash<N>,
): Operation<InputOf<Input>, OutputOf<Output>, Named<N>> {
  const { input, output, needs = {}, description, policy, run } = definition
  checkSchema(input, 'input')
  checkSchema(output, 'output')
  if (typeof run !== 'function') throw invalid('has no run function', 'Give run: (input, call) => output.')
  checkPolicy('An operation', policy)
  for (const name of Object.keys(needs)) {
    if (Object.hasOwn(contextMembers, name))
      throw invalid(`needs '${name}', a name of CallContext`, 'Choose another name.')
    if (impossible.includes(name))
      throw invalid(`needs '${name}', which means something else in any object`, 'Choose another name.')
  }
  const made: RunnableOperation = {
    agent: '',
    name: '',
    description,
    contract: { input, output },
    needs,
    policy,
    run: run as RunnableOperation['run'],
  }
  return made as unknown as Operation<InputOf<Input>, OutputOf<Output>, Named<N>>
}

function checkSchema(schema: StandardSchema, which: string): void {
  const standard = (schema as Partial<StandardSchema> | undefined)?.['~standard']
  if (typeof standard?.validate === 'function') return
  const remedy = 'Give a schema of a library that follows Standard Schema: zod (3.24 or later), valibot, arktype …'
  throw invalid(`has ${shown(schema)} as its ${which}, which is no schema`, remedy)
}

function invalid(because: string, remedy: string) {
  return agentFailure('agent.invalid_definition', { what: 'An operation', because, remedy })
}
