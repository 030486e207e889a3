import { setImmediate } from 'node:timers/promises'
import { bind, clock, createOrchestrator, logger, stateStore } from '../../packages/core/src/index.ts'
import type { OrchestratorOptions } from '../../packages/core/src/orchestrator/options.ts'
import { InMemoryStateStore, ManualClock, RecordingLogger } from '../../packages/core/src/testing/index.ts'

/** Stands between a process and the store: it is given each call, and whoever has called what it makes of it. */
export type Between = (method: string, call: () => Promise<unknown>, given: readonly unknown[]) => Promise<unknown>

/** What a process is made of; and what stands between it and the store. */
export interface ProcessOptions extends Pick<OrchestratorOptions, 'workflows' | 'role' | 'ports' | 'settings'> {
  readonly between?: Between
}

/** Processes on one store that lasts, in time that passes only when the test says so. */
export function processes() {
  const time = new ManualClock()
  const store = new InMemoryStateStore({ clock: time })
  /** One more process. */
  const open = ({ between, settings, ports = [], ...options }: ProcessOptions) =>
    createOrchestrator({
      ...options,
      ports: [
        bind(clock, time),
        bind(stateStore, between === undefined ? store : storeBehind(store, between)),
        bind(logger, new RecordingLogger()),
        ...ports,
      ],
      settings: { ...settings, journal: { leaseMs: 1_000, ...settings?.journal } },
    })
  const beat = async () => {
    await settled()
    time.advance(50)
  }
  /** Lets time pass; whatever goes on meanwhile goes on as far as it can. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) await beat()
    await settled()
  }
  /** Waits for something while time passes. */
  const during = async <Value>(promise: Promise<Value>): Promise<Value> => {
    let isDone = false
    const told = promise.finally(() => (isDone = true))
    told.catch(() => {})
    for (let turn = 0; turn < 300 && !isDone; turn++) await beat()
    if (!isDone) throw new Error('It is stuck')
    return told
  }
  return { time, store, open, pass, during }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

const methods = ['append', 'claim', 'read', 'list', 'delete']

function storeBehind(store: InMemoryStateStore, between: Between): InMemoryStateStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>
      const method = String(name)
      return methods.includes(method) ? (...args: unknown[]) => between(method, async () => call(...args), args) : call
    },
  })
}
