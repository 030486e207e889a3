import type { Plugin } from '@baton/core'
import type { StateStore } from '@baton/core/ports'
import { wrapPlugin } from './wrap-ports.ts'

/** The same plugin, whose process says that it is on another host, where nobody here can look for it. */
export function atHost(plugin: Plugin, host: string): Plugin {
  return wrapPlugin(plugin, {
    states: (store) =>
      new Proxy(store, {
        get(target, name) {
          if (name === 'claim') return claimAt(target, host)
          const member: unknown = Reflect.get(target, name, target)
          return typeof member === 'function' ? member.bind(target) : member
        },
      }),
  })
}

function claimAt(store: StateStore, host: string): StateStore['claim'] {
  return (request, call) => store.claim({ ...request, runner: { ...request.runner, host } }, call)
}
