import { type Environment, resolveConfig, type SettingsSection } from '../config/index.js'
import { type Binding, bind, isSource, singleton } from '../kernel/index.js'
import { InMemoryLockStore, InMemoryStateStore } from '../memory/store/index.js'
import { silentMeter, silentTracer } from './silent-ports.js'
import { orchestratorFailure } from './failures.js'
import type { CommonOptions } from './options.js'
import { type SettingsSchemas, settingsSections } from './settings.js'
import {
  type Clock,
  type Logger,
  lockStore,
  logger,
  meter,
  type StandardSchema,
  stateStore,
  type Token,
  tracer,
} from '../ports/index.js'

/** What fills the ports that neither the host nor a plugin fills. */
export function defaultParts(clock: Clock, ownLogger: Logger): readonly Binding[] {
  return [
    bind(logger, ownLogger),
    bind(meter, silentMeter),
    bind(tracer, silentTracer),
    bind(
      stateStore,
      singleton(() => new InMemoryStateStore(ofThisProcess(clock))),
    ),
    bind(
      lockStore,
      singleton(() => new InMemoryLockStore({ clock })),
    ),
  ]
}

/** How many ended runs are kept where they are not kept for good. */
const mostEnded = 1_000
/** And how many records they may have, all together. */
const mostEndedRecords = 10_000

/** A store that nobody else has: whoever writes there need not wait. */
function ofThisProcess(clock: Clock) {
  return { clock, isVolatile: true, maxEnded: mostEnded, maxEndedRecords: mostEndedRecords }
}

/** What the host has bound to a port that is needed before anything can be made. */
export function boundBefore<Port>(ports: readonly Binding[], token: Token<Port>): Port | undefined {
  const binding = ports.find((one) => one.token.key === token.key)
  if (isSource(binding?.part)) throw orchestratorFailure('orchestrator.fixed_port', { port: token.name })
  return binding?.part as Port | undefined
}

/** What the host has bound to a port, where it is ready and not still to be made. */
export function readyBinding<Port>(ports: readonly Binding[], token: Token<Port>): Port | undefined {
  const part = ports.find((one) => one.token.key === token.key)?.part
  return isSource(part) ? undefined : (part as Port | undefined)
}

/** Where the state is to be kept, known before all settings are: it decides which plugins are started at all. */
export function storageSetting(schemas: SettingsSchemas, options: CommonOptions, env: Environment): string | undefined {
  const { config, settings } = options
  const state = settingsSections(schemas, settings).filter(({ name }) => name === 'state')
  try {
    return resolveConfig(state, config && { ...config, strict: false }, env).get('state', schemas.state).storage
  } catch {
    // It is told again, together with all other faults, when all settings are resolved.
    return undefined
  }
}

/** The settings of all rooms, and of the plugins that have anything left to do. */
export function allSections(
  schemas: SettingsSchemas,
  options: CommonOptions,
  storage: string | undefined,
): readonly SettingsSection[] {
  const { settings, ports = [], plugins = [] } = options
  const filled = new Set(ports.map(({ token }) => token.key))
  if (storage === 'memory') for (const { key } of [stateStore, lockStore]) filled.add(key)
  const ofPlugins = plugins.flatMap(
    ({ name, options: { schema, given }, definition: { provides } }): SettingsSection[] => {
      // A plugin whose ports are all filled is never started, so nothing has to be said to it.
      const isReplaced = provides.length > 0 && provides.every(({ key }) => filled.has(key))
      return schema === undefined
        ? []
        : [{ name, schema: isReplaced ? relaxed(schema) : schema, given, owner: 'plugin' }]
    },
  )
  return [...settingsSections(schemas, settings), ...ofPlugins]
}

/** The same options, of which none is required. */
function relaxed(schema: StandardSchema): StandardSchema {
  try {
    return (schema as { partial?: () => StandardSchema }).partial?.() ?? schema
  } catch {
    // zod does not take rules across members apart.
    return schema
  }
}

/** Bindings and preferences by which the state is kept where the setting says. */
export function storageChoice(
  { plugins = [], ports = [] }: CommonOptions,
  storage: string | undefined,
  clock: Clock,
): { readonly ports: readonly Binding[]; readonly prefer: ReadonlyMap<symbol, string> } {
  const prefer = new Map<symbol, string>()
  const isBound = ({ key }: Token<unknown>) => ports.some(({ token }) => token.key === key)
  if (storage === undefined || isBound(stateStore)) return { ports: [], prefer }
  if (storage === 'memory') {
    const own = [
      bind(stateStore, new InMemoryStateStore(ofThisProcess(clock))),
      bind(lockStore, new InMemoryLockStore({ clock })),
    ]
    return { ports: own.filter(({ token }) => !isBound(token)), prefer }
  }
  const keepers = plugins.filter(({ definition }) => definition.provides.some(({ key }) => key === stateStore.key))
  const keeper = keepers.find(({ name }) => name === storage)
  if (keeper === undefined) {
    throw orchestratorFailure('orchestrator.unknown_storage', { storage, known: keepers.map(({ name }) => name) })
  }
  for (const { key } of keeper.definition.provides) prefer.set(key, keeper.name)
  return { ports: [], prefer }
}
