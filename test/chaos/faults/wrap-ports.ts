import type { Plugin } from '@baton/core'
import { type LockStore, lockStore, type StateStore, stateStore, type Token } from '@baton/core/ports'
import type { KillSwitch } from './kill-switch.ts'

/** What stands between a process and its stores. */
export interface Wraps {
  readonly states?: (store: StateStore) => StateStore
  readonly locks?: (store: LockStore) => LockStore
}

/** The same plugin, whose stores are wrapped on their way to the orchestrator. */
export function wrapPlugin(plugin: Plugin, { states, locks }: Wraps): Plugin {
  const { definition } = plugin
  const wrap = (token: Token<unknown>, port: unknown): unknown => {
    if (token.key === stateStore.key) return states?.(port as StateStore) ?? port
    if (token.key === lockStore.key) return locks?.(port as LockStore) ?? port
    return port
  }
  const start = (context: PluginStart) =>
    definition.start({
      ...context,
      provide: (token: Token<unknown>, port: unknown) => context.provide(token, wrap(token, port)),
    } as never)
  return { ...plugin, definition: { ...definition, start } }
}

interface PluginStart {
  provide(token: Token<unknown>, port: unknown): void
}

/** Stores whose every call is a moment to be killed at, before it is made and when its answer has come. */
export function killingWraps(switches: KillSwitch): Wraps {
  return {
    states: (store) =>
      watched(store, (when, method, given, answer) =>
        switches.reached({ at: 'store', when, method: method as keyof StateStore, given, answer }),
      ),
    locks: (store) =>
      watched(store, (when, method) => switches.reached({ at: 'lock', when, method: method as keyof LockStore })),
  }
}

type Watch = (when: 'before' | 'after', method: string, given: readonly unknown[], answer?: unknown) => void

/** A store that tells of each call of a method that returns a promise. */
export function watched<Store extends object>(store: Store, told: Watch): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function' || typeof name !== 'string') return member
      if (name === 'listen') return member.bind(target)
      return async (...given: unknown[]) => {
        told('before', name, given)
        const answer: unknown = await member.apply(target, given)
        told('after', name, given, answer)
        return answer
      }
    },
  })
}
