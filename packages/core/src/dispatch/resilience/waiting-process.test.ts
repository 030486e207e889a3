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

/** Runs work under a policy in a process of its own that has nothing else to do; what it prints until it ends. */
async function printed(layers: string, work: string): Promise<string> {
  const program = `
    import { createOrchestrator, deadline, hedge, policy, rateLimit, retry, timeout } from '${core}'
    const live = (await createOrchestrator({})).policy('work', policy(${layers}))
    let calls = 0
    const passing = () => Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
    live.execute(${work}).then((done) => console.log('done', done), () => {})
  `
  const args = ['--no-warnings', '--import', asSources, '--input-type=module', '-e', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
  return stdout.trim()
}

describe('a process with nothing else to do', { timeout: 70_000 }, () => {
  it.each([
    ['the timeout of a try', 'timeout({ ms: 3_600_000 })'],
    ['a deadline', 'deadline({ ms: 3_600_000 })'],
    ['another try beside one', 'hedge({ idempotent: true, afterMs: 3_600_000 })'],
  ])('does not live for %s', async (_, layers) => {
    expect(await printed(layers, '() => new Promise(() => {})')).toBe('')
  })

  it('lives until what may succeed later is tried again', async () => {
    const layers = 'deadline({ ms: 60_000 }), retry({ baseMs: 50 }), timeout({ ms: 60_000 })'
    expect(await printed(layers, '() => ++calls < 3 ? passing() : calls')).toBe('done 3')
  })
})
