import type { Config } from '../config/index.js'
import type { Operations } from '../dispatch/index.js'
import type { Binding, Plugin, Source } from '../kernel/index.js'
import type { Settings } from './settings.js'
import type { AgentProtocol, Interceptor, Operation } from '../ports/index.js'
import type { Role, Workflow } from '../workflow/index.js'

/** An agent as an orchestrator takes it: what `agent` or `adapt` returned, or any object of the protocol's shape. */
export type AgentLike = Operations | AgentProtocol

type ProvidedOf<Agent> = Agent extends AgentProtocol ? never : ProvidedOfOperation<Agent[keyof Agent]>
type ProvidedOfOperation<Op> = Op extends Operation<never, unknown, infer Provided> ? Provided : never
type Intersected<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never

/** All that the operations of some agents need by name. */
export type NeededBy<Agents extends readonly AgentLike[]> = Intersected<ProvidedOf<Agents[number]>>

/** A workflow, whatever its types. */
export type AnyWorkflow = Workflow<never>

type NeedsOfOne<One> = One extends Workflow<never, unknown, unknown, infer Needed> ? Needed : never

/** All that the operations of some workflows need by name. */
export type NeededByWorkflows<Workflows extends readonly AnyWorkflow[]> = [Workflows[number]] extends [never]
  ? unknown
  : Intersected<NeedsOfOne<Workflows[number]>>

/** What is needed, each as it is or as a source of it. */
export type Provided<Needed> = { readonly [Name in keyof Needed]: Needed[Name] | Source<Needed[Name]> }

/** Parts by name; those that operations need are required, with their types. */
export type ProvideOption<Needed> = [keyof Needed] extends [never]
  ? { readonly provide?: Readonly<Record<string, unknown>> }
  : { readonly provide: Provided<Needed> & Readonly<Record<string, unknown>> }

export interface CommonOptions {
  /** What fills ports, instead of plugins or defaults: `ports: [bind(logger, pino())]`. */
  readonly ports?: readonly Binding[]
  readonly plugins?: readonly Plugin[]
  /**
   * What part this process has in runs: it starts and watches them (`client`), carries out what it finds (`worker`), or
   * both, and at once (`all`, unless given).
   */
  readonly role?: Role
  /** Stand around every call; the first is the outermost. */
  readonly interceptors?: readonly Interceptor[]
  /** `configFromEnv()`; without it no environment variable is read. */
  readonly config?: Config
  /** Settings in code; they win over the environment. */
  readonly settings?: Settings
  /** Gives up the start. Afterwards it does nothing. */
  readonly signal?: AbortSignal
}

/** What an orchestrator is made of. */
export type OrchestratorOptions<
  Agents extends readonly AgentLike[] = readonly AgentLike[],
  Workflows extends readonly AnyWorkflow[] = readonly AnyWorkflow[],
> = CommonOptions & {
  readonly agents?: Agents
  /** What it can run; the agents of their steps need not be given besides. */
  readonly workflows?: Workflows
} & ProvideOption<NeededBy<Agents> & NeededByWorkflows<Workflows>>
