import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const core = new URL('../index.ts', import.meta.url).href

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
  import { agent, createOrchestrator, definePlugin, need, operation, perTenant, scoped, singleton } from '${core}'
  const needs = { pool: need(), part: need(), base: need() }
  const io = { input: z.any(), output: z.any() }
  const agents = [agent('worker', {
    work: operation({ ...io, needs, run: () => 1 }),
    hang: operation({ ...io, needs, run: () => new Promise(() => {}) }),
  })]
  const [worker] = agents
  const provide = {
    base: singleton(() => ({}), { close: async () => {} }),
    pool: perTenant((tenant) => ({ tenant }), { close: async () => {} }),
    part: scoped(async () => ({ held: new Array(100).fill(0) }), { needs: { base: need() }, close: async () => {} }),
  }
  const plugins = [definePlugin('plugin', { start: ({ on }) => { on('*', () => {}); return async () => {} } })()]
  const create = () => createOrchestrator({ agents, provide, plugins })
`

/** Runs a program in a process of its own, and gives what it prints last, as JSON; fails when it does not end by itself. */
async function run(program: string, ...flags: string[]): Promise<unknown> {
  const args = ['--no-warnings', ...flags, '--import', asSources, '--input-type=module', '-e', fixture + program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

describe('a process with an orchestrator', { timeout: 70_000 }, () => {
  it('ends by itself after close(), which leaves no handle, whatever was abandoned', async () => {
    const program = `
      // Loading modules leaves nothing either, but takes a moment to be over.
      await (await create()).close()
      const before = process.getActiveResourcesInfo()
      const orchestrator = await create()
      await orchestrator.ask(worker.work, 1, { tenant: 'a' })
      await orchestrator.scope({ tenant: 'b' }).ask(worker.work, 1)
      const hanging = orchestrator.ask(worker.hang, 1).catch(({ code }) => code)
      await orchestrator.close({ drainMs: 20 })
      const after = process.getActiveResourcesInfo()
      console.log(JSON.stringify({ before, after, hanging: await hanging }))
    `
    const { before, after, hanging } = (await run(program)) as Record<string, unknown>
    expect(after).toEqual(before)
    expect(hanging).toBe('call.cancelled')
  })

  it('ends by itself after a start that failed', async () => {
    const program = `
      const failing = definePlugin('failing', { start: () => Promise.reject(new Error('no')) })()
      const code = await createOrchestrator({ plugins: [...plugins, failing] }).catch((failure) => failure.code)
      console.log(JSON.stringify({ code }))
    `
    expect(await run(program)).toEqual({ code: 'kernel.start_failed' })
  })

  it('keeps nothing of 100,000 scopes opened and closed, nor of those opened and dropped', async () => {
    const program = `
      const orchestrator = await create()
      const scopes = async (count) => {
        for (let i = 0; i < count; i++) {
          const scope = orchestrator.scope({ tenant: 't' + (i % 7), provide: { other: i } })
          await scope.ask(worker.work, 1)
          await scope.close()
          orchestrator.scope()
        }
        gc()
        await new Promise((resolve) => setTimeout(resolve, 10))
        gc()
        return process.memoryUsage().heapUsed
      }
      await scopes(20_000)
      const before = await scopes(1_000)
      const after = await scopes(100_000)
      await orchestrator.close()
      console.log(JSON.stringify({ grownBy: after - before }))
    `
    const { grownBy } = (await run(program, '--expose-gc')) as { readonly grownBy: number }
    expect(grownBy).toBeLessThan(1_500_000)
  })
})
