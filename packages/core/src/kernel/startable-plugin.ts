import { type Interceptor, shown } from '../ports/index.js'
import type { EventEmitter } from './event-emitter.js'
import { kernelFailure } from './failures.js'
import { type Key, shownKey } from './key.js'
import type { Startable } from './startable.js'
import type { PluginPart } from './part.js'
import type { Stop } from './plugin.js'

/** What a plugin may touch of the orchestrator that starts it. */
export interface PluginHost {
  readonly events: EventEmitter
  intercept(interceptor: Interceptor): Disposable
  /** What the plugin needs; called when all of it is there. */
  resolve(): Record<string, unknown>
  fill(port: Key, part: unknown): void
}

/** A plugin as something to start and stop: it fills exactly the ports it declared, and leaves nothing attached. */
export function startablePlugin(part: PluginPart, needs: readonly Startable[], host: PluginHost): Startable {
  const { plugin, options } = part
  const declared = new Set<Key>(plugin.definition.provides.map(({ key }) => key))
  const undeclared = (key: Key, fault: string, cause?: unknown) =>
    kernelFailure('kernel.undeclared_part', { plugin: plugin.name, port: shownKey(key), fault }, cause)

  const start = async (signal: AbortSignal): Promise<Stop> => {
    const unfilled = new Set(part.provides)
    const attached: Disposable[] = []
    const detach = () => {
      for (const one of attached.splice(0).reverse()) one[Symbol.dispose]()
    }
    let isStarting = true
    const whileStarting = (what: string) => {
      if (!isStarting) throw kernelFailure('kernel.start_over', { plugin: plugin.name, what })
    }
    let stop: Stop | void
    try {
      stop = await plugin.definition.start({
        options: options as never,
        needs: host.resolve() as never,
        signal,
        provide: (token, port) => {
          whileStarting('provide')
          if (!declared.has(token.key)) throw undeclared(token.key, 'provides, without having declared it,')
          // Where the host has bound the port itself, the host's stays.
          if (part.provides.includes(token.key)) host.fill(token.key, port)
          unfilled.delete(token.key)
        },
        intercept: (interceptor) => {
          whileStarting('intercept')
          attached.push(host.intercept(interceptor))
        },
        on: (type, listener) => {
          whileStarting('on')
          attached.push(host.events.on(type, listener))
        },
      })
      isStarting = false
      if (stop !== undefined && typeof stop !== 'function') throw noStop(plugin.name, stop)
      const [unfilledKey] = unfilled
      if (unfilledKey !== undefined) throw undeclared(unfilledKey, 'did not provide', await undone(stop))
    } catch (error) {
      isStarting = false
      detach()
      throw error
    }
    return async () => {
      try {
        await stop?.()
      } finally {
        detach()
      }
    }
  }

  return {
    name: part.name,
    needs,
    start,
    started: (ms) => host.events.emit('plugin.started', { plugin: plugin.name, ms }),
    stopped: (ms, failure) => host.events.emit('plugin.stopped', { plugin: plugin.name, ms, failure }),
  }
}

/** Stops what turned out to be of no use; gives what that threw. */
async function undone(stop: Stop | void): Promise<unknown> {
  try {
    await stop?.()
    return undefined
  } catch (cause) {
    return cause
  }
}

function noStop(plugin: string, received: unknown) {
  return kernelFailure('kernel.invalid_part', {
    part: `The plugin ${plugin}`,
    because: `returned ${shown(received)} from its start`,
    remedy: 'Return a function that stops it, or nothing.',
  })
}
