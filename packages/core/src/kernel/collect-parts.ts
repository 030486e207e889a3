import type { Token } from '../ports/index.js'
import { kernelFailure } from './failures.js'
import { type Key, keyedNeeds } from './key.js'
import type { Part } from './part.js'
import type { Plugin } from './plugin.js'
import { isSource, lifetimeOf } from './source.js'

/** What fills a port: `bind(clock, myClock)`, or a source of it. */
export interface Binding {
  readonly token: Token<unknown>
  readonly part: unknown
}

/** All that an orchestrator is given to be made of. */
export interface PartSources {
  /** What operations need, by name. */
  readonly provide: Readonly<Record<string, unknown>>
  /** What fills ports: the host's choice, which wins over plugins. */
  readonly ports: readonly Binding[]
  /** What fills ports that neither the host nor a plugin fills. */
  readonly defaults: readonly Binding[]
  readonly plugins: readonly { readonly plugin: Plugin; readonly options: unknown }[]
  /** Which plugin fills a port that several could fill, by name. */
  readonly prefer: ReadonlyMap<Key, string>
}

/** The host's parts first, then the plugins that have anything left to fill, then the defaults for what is left. */
export function collectParts({ provide, ports, defaults, plugins, prefer }: PartSources): readonly Part[] {
  const parts: Part[] = Object.entries(provide).map(([name, part]) => partOf(name, `provide.${name}`, part))
  for (const { token, part } of ports) parts.push(partOf(token.key, `the port ${token.name}`, part))
  const bound = new Set<Key>(ports.map(({ token }) => token.key))
  const names = new Set<string>()
  for (const { plugin, options } of plugins) {
    const { name, definition } = plugin
    if (names.has(name)) {
      const what = `The plugin name ${name}`
      throw kernelFailure('kernel.duplicate_provider', { what, providers: ['one plugin', 'another'] })
    }
    names.add(name)
    const provides = definition.provides
      .map(({ key }) => key)
      .filter((key) => !bound.has(key) && (prefer.get(key) ?? name) === name)
    // A plugin whose parts are all replaced has nothing to do: it is never started and opens nothing.
    if (definition.provides.length > 0 && provides.length === 0) continue
    const needs = keyedNeeds(definition.needs)
    parts.push({ kind: 'plugin', name: `plugin ${name}`, provides, needs, plugin, options })
  }
  const filled = new Set(parts.flatMap((part): readonly Key[] => part.provides))
  for (const { token, part } of defaults) {
    if (!filled.has(token.key)) parts.push(partOf(token.key, `the port ${token.name}`, part))
  }
  return parts
}

/** One part under one key: a source if it is one, else a ready value. */
export function partOf(key: Key, name: string, part: unknown): Part {
  if (!isSource(part)) return { kind: 'value', name, provides: [key], value: part }
  return {
    kind: 'source',
    name,
    provides: [key],
    needs: keyedNeeds(part.needs),
    lifetime: lifetimeOf(part),
    source: part,
  }
}
