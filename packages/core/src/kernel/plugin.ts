import type {
  Interceptor,
  LifecycleEvent,
  LifecycleEventName,
  Needs,
  Resolved,
  StandardSchema,
  Token,
  InputOf,
  OutputOf,
} from '../ports/index.js'
import { identifier } from '../ports/index.js'
import type { Listener } from './event-emitter.js'

/** Undoes a start. */
export type Stop = () => void | Promise<void>

/** What a plugin is given when it starts, in one orchestrator. */
export interface PluginStart<Options, N extends Needs> {
  /** As its schema makes them: code over environment over defaults. */
  readonly options: Options
  /** What it said it needs. */
  readonly needs: Resolved<N>
  /** Aborts when the start is no longer wanted, or takes too long. */
  readonly signal: AbortSignal
  /** Fills a port that it declared. Where the host has bound that port itself, the host's stays. */
  readonly provide: <Port>(token: Token<Port>, port: Port) => void
  /** Stands around every call from now on. */
  readonly intercept: (interceptor: Interceptor) => void
  /** Listens until the plugin has stopped. */
  readonly on: <Name extends LifecycleEventName>(type: Name | '*', listener: Listener<LifecycleEvent<Name>>) => void
}

export interface PluginDefinition<Options, N extends Needs> {
  readonly needs: N
  readonly provides: readonly Token<unknown>[]
  /** Starts and returns how to stop. It keeps nothing outside of what it returns: one plugin may start many times. */
  start(context: PluginStart<Options, N>): Stop | void | Promise<Stop | void>
}

/** A part that is started and stopped with an orchestrator. It is a description: it holds nothing and may be given to many. */
export interface Plugin {
  readonly name: string
  /** The schema of its options, and those given in code. */
  readonly options: { readonly schema: StandardSchema | undefined; readonly given: object }
  readonly definition: PluginDefinition<never, Needs>
}

type GivenOptions<Schema> = Schema extends StandardSchema ? Partial<InputOf<Schema>> : Record<string, never>
type ParsedOptions<Schema> = Schema extends StandardSchema ? OutputOf<Schema> : Record<string, never>

/** Defines a plugin; what it returns makes one, from the options that code gives: `plugins: [postgres({ url })]`. */
export function definePlugin<Schema extends StandardSchema | undefined = undefined, const N extends Needs = {}>(
  name: string,
  definition: {
    /** A zod object; each of its members can also be set by an environment variable. */
    readonly options?: Schema
    readonly needs?: N
    readonly provides?: readonly Token<unknown>[]
    start(context: PluginStart<ParsedOptions<Schema>, N>): Stop | void | Promise<Stop | void>
  },
): (options?: GivenOptions<Schema>) => Plugin {
  identifier(name, "plugin's name")
  const { options: schema, needs = {}, provides = [] } = definition
  return (given = {} as GivenOptions<Schema>) => ({
    name,
    options: { schema, given },
    definition: { needs, provides, start: (context: never) => definition.start(context) },
  })
}
