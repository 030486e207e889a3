import { z } from 'zod'
import {
  agent,
  bind,
  lockStore,
  operation,
  type Orchestrator,
  type RunOptions,
  signal,
  type Workflow,
  workflow,
} from '../../packages/core/src/index.ts'
import { InMemoryLockStore } from '../../packages/core/src/testing/index.ts'
import { processes } from './processes.ts'

const any = z.any()
/** What the workflow `belled` waits for. */
export const Bell = signal('bell', any)

/** Work that goes on until it is let go, told in order, with the process that does it. */
export function dock() {
  const order: string[] = []
  const held = new Map<string, () => void>()
  const flowsOf = (process: string) => {
    const hold = operation({
      input: any,
      output: any,
      async run(input) {
        const what = `${process} ${input}`
        order.push(`${what} begins`)
        await new Promise<void>((resolve) => held.set(what, resolve))
        order.push(`${what} ends`)
        return input
      },
    })
    const tools = agent('tools', { hold })
    const rules = { with: ({ input }: { input: unknown }) => input, timeoutMs: 1_000_000 }
    const work = workflow('work', { input: any, output: any, session: z.object({ seen: z.string().default('') }) })
      .step('one', tools.hold, rules)
      .output(['one'], ({ session: { seen }, input }) => `${input} after ${seen || 'nothing'}`, {
        session: ({ session: { seen }, input }) => ({ seen: seen + input }),
      })
    const belled = workflow('belled', { input: any, output: any, session: z.object({ bells: z.number().default(0) }) })
      .waitFor('bell', Bell)
      .step('one', tools.hold, { ...rules, after: ['bell'] })
      .output(['one'], ({ session: { bells }, input }) => `${input} after ${bells} bells`, {
        session: ({ session: { bells } }) => ({ bells: bells + 1 }),
      })
    return { work, belled }
  }
  const letGo = (what: string) => {
    const go = held.get(what)
    if (go === undefined) throw new Error(`${what} is not under way: ${order.join(', ')}`)
    held.delete(what)
    go()
  }
  return { order, flowsOf, letGo }
}

/** Processes whose leases last for a second. */
export function processesOfSessions() {
  const { open: openOne, pass, during, time, store } = processes()
  const locks = new InMemoryLockStore({ clock: time })
  const { order, flowsOf, letGo } = dock()
  const alive = new Set<Orchestrator>()
  const open = async (
    name: string,
    { role = 'all', belled: hasBelled = true }: { role?: 'all' | 'worker' | 'client'; belled?: boolean } = {},
  ) => {
    let isGone = false
    let frozen: PromiseWithResolvers<void> | undefined
    const { work, belled } = flowsOf(name)
    const o = await openOne({
      workflows: hasBelled ? [work, belled] : [work],
      role,
      ports: [bind(lockStore, locks)],
      async between(_method, call) {
        if (isGone) await new Promise(() => {})
        await frozen?.promise
        return call()
      },
    })
    alive.add(o)
    /** The store hears of it no more. */
    const vanish = () => {
      isGone = true
      alive.delete(o)
    }
    /** The store hears nothing of it until it thaws. */
    const freeze = () => {
      frozen = Promise.withResolvers()
      return () => {
        frozen?.resolve()
        frozen = undefined
      }
    }
    const start = <Steps>(flow: Workflow<unknown, unknown, Steps>, input: unknown, options: RunOptions) =>
      during(o.start(flow, input, options))
    return { o, work, belled, start, vanish, freeze }
  }
  const close = () => during(Promise.all([...alive].map((o) => o.close({ drainMs: 0 }))))
  const begun = () => order.filter((one) => one.endsWith('begins'))
  return { open, pass, during, store, order, begun, letGo, close }
}
