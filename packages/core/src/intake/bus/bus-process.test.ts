import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const core = new URL('../../index.ts', import.meta.url).href

/** Lets Node read the sources as they are: they name each other by what they are built to. */
const asSources = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({
    resolve: (specifier, context, next) => {
      const ours = specifier.startsWith('.') && context.parentURL?.includes('/packages/core/src/')
      return next(ours ? specifier.replace(/[.]js$/, '.ts') : specifier, context)
    },
  })
`)}`

const fixture = `
  import { z } from '${import.meta.resolve('zod')}'
  import { createMessage, createOrchestrator, topic } from '${core}'
  const orchestrator = await createOrchestrator({ settings: { bus: { queue: 1_000_000, deadLetters: 10 } } })
  const { bus } = orchestrator
  const News = topic('news', z.number())
  const stamp = { newId: () => 'event', now: () => 0 }
  const event = (operation, payload) =>
    createMessage({ type: 'event', sender: 'host', receiver: { everyone: true }, operation, payload }, stamp)
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const collected = async () => {
    for (let step = 0; step < 5; step++) {
      await turn()
      globalThis.gc()
    }
    return process.memoryUsage().heapUsed
  }
`

/** Runs a program in a process of its own, and gives what it prints last, as JSON. */
async function run(program: string): Promise<Record<string, unknown>> {
  const flags = ['--no-warnings', '--expose-gc', '--import', asSources, '--input-type=module', '-e', fixture + program]
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 60_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>
}

describe('the bus in a process of its own', { timeout: 70_000 }, () => {
  it('lets subscriptions go with their owners, and not before, though all that they are given holds on to these', async () => {
    const program = `
      const heard = []
      class Screen {
        constructor(name) {
          this.name = name
          bus.subscribe(News, (value) => heard.push(this.name + value), {
            owner: this,
            filter: () => this.name !== '',
            signal: new AbortController().signal,
          })
          bus.respond(topic('ask.' + name, z.number(), { reply: z.string() }), () => this.name, { owner: this })
        }
      }
      const kept = new Screen('kept')
      let lost = new Screen('lost')
      const watched = new WeakRef(lost)
      await bus.publish(News, 1)
      await collected()
      const before = bus.subscriptions.length
      lost = undefined
      await collected()
      await bus.publish(News, 2)
      await turn()
      const after = bus.subscriptions.length
      console.log(JSON.stringify({ heard, before, after, isGone: watched.deref() === undefined, kept: kept.name }))
      await orchestrator.close()
    `
    expect(await run(program)).toEqual({
      heard: ['kept1', 'lost1', 'kept2'],
      before: 4,
      after: 2,
      isGone: true,
      kept: 'kept',
    })
  })

  it('keeps nothing of a subscription that has ended, though its owner lives on', async () => {
    const program = `
      const owner = {}
      const references = []
      for (let index = 0; index < 100; index++) {
        const handler = () => index
        references.push(new WeakRef(handler))
        bus.subscribe(News, handler, { owner })[Symbol.dispose]()
      }
      await collected()
      console.log(JSON.stringify({ left: references.filter((one) => one.deref() !== undefined).length, owner }))
      await orchestrator.close()
    `
    // The program itself still holds the last one.
    expect((await run(program)).left).toBeLessThanOrEqual(1)
  })

  it('lets the rest of the process have its turns during a flood, though each message is awaited', async () => {
    const program = `
      const message = event('news', 1)
      let delivered = 0
      bus.subscribe(News, () => { delivered++ })
      const turnsDuring = async (flood) => {
        delivered = 0
        let turns = 0
        let isOver = false
        const count = () => {
          turns++
          if (!isOver) setImmediate(count)
        }
        setImmediate(count)
        await flood()
        while (delivered < 1_000_000) await turn()
        isOver = true
        return turns
      }
      const atOnce = await turnsDuring(async () => {
        for (let index = 0; index < 1_000_000; index++) void bus.publish(message)
        await undefined
        // What has been handled by now was handled without a turn for anybody else.
        globalThis.first = delivered
      })
      const awaited = await turnsDuring(async () => {
        for (let index = 0; index < 1_000_000; index++) await bus.publish(message)
      })
      console.log(JSON.stringify({ atOnce, awaited, first: globalThis.first }))
      await orchestrator.close()
    `
    const { atOnce, awaited, first } = await run(program)
    expect(atOnce).toBeGreaterThan(10)
    expect(awaited).toBeGreaterThan(2)
    expect(first).toBeLessThan(100_000)
  })

  it('has a flat heap after 1,000,000 messages, and after 100,000 topics', async () => {
    const program = `
      let delivered = 0
      const own = bus.subscribe('**', () => { delivered++ })
      const pass = async (count, name) => {
        for (let index = 0; index < count; index++) {
          await bus.publish(event(name(index), index))
          if (index % 1_000 === 0) await turn()
        }
        while (own.queued > 0) await turn()
      }
      const same = () => 'news'
      const different = (index) => 'topic.' + index
      await pass(20_000, same)
      await pass(20_000, different)
      const before = await collected()
      await pass(1_000_000, same)
      const messages = (await collected()) - before
      await pass(100_000, different)
      const topics = (await collected()) - before
      console.log(JSON.stringify({ delivered, messages, topics }))
      await orchestrator.close()
    `
    const { delivered, messages, topics } = await run(program)
    expect(delivered).toBe(1_140_000)
    expect(messages).toBeLessThan(1_000_000)
    expect(topics).toBeLessThan(2_000_000)
  })
})
