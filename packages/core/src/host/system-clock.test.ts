import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SystemClock } from './system-clock.js'

const longestTimer = 2 ** 31 - 1
const systemClock = new SystemClock()

describe('delays longer than a timer of Node', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  for (const delayMs of [longestTimer, 2 ** 31, 2 ** 31 + 5_000, 3 * 2 ** 31 + 7]) {
    it(`waits ${delayMs} ms`, () => {
      const task = vi.fn<() => void>()
      systemClock.schedule(delayMs, task)
      vi.advanceTimersByTime(delayMs - 1)
      expect(task).not.toHaveBeenCalled()
      vi.advanceTimersByTime(2)
      expect(task).toHaveBeenCalledOnce()
      vi.advanceTimersByTime(longestTimer)
      expect(task).toHaveBeenCalledOnce()
    })
  }

  it('can be cancelled after the first timer', () => {
    const task = vi.fn<() => void>()
    const scheduled = systemClock.schedule(2 ** 32, task)
    vi.advanceTimersByTime(longestTimer + 1)
    scheduled.cancel()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(2 ** 32)
    expect(task).not.toHaveBeenCalled()
  })

  it('never comes to the end of Infinity', () => {
    const task = vi.fn<() => void>()
    const scheduled = systemClock.schedule(Number.POSITIVE_INFINITY, task)
    vi.advanceTimersByTime(2 ** 32)
    expect(task).not.toHaveBeenCalled()
    scheduled.cancel()
  })

  it('leaves no timer when a task has run', () => {
    systemClock.schedule(5, () => {})
    vi.advanceTimersByTime(10)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('gives a fraction of a millisecond its whole time', () => {
    const task = vi.fn<() => void>()
    systemClock.schedule(10.5, task)
    vi.advanceTimersByTime(10)
    expect(task).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(task).toHaveBeenCalledOnce()
  })
})

describe('the life of the process', () => {
  it('ends though a task waits', async () => {
    expect(await run(`systemClock.schedule(60_000, () => console.log('ran'))`)).toBe('')
  })

  it('ends though a task of keepAlive was cancelled, or has run', async () => {
    const script = `
      systemClock.schedule(60_000, () => console.log('never'), true).cancel()
      systemClock.schedule(20, () => console.log('ran'), true)
      systemClock.schedule(60_000, () => console.log('never'))
    `
    expect(await run(script)).toBe('ran\n')
  })

  it('goes on while a task of keepAlive waits, and others run meanwhile', async () => {
    const script = `
      systemClock.schedule(200, () => console.log('kept alive'), true)
      systemClock.schedule(20, () => console.log('meanwhile'))
    `
    expect(await run(script)).toBe('meanwhile\nkept alive\n')
  })
})

/** What a process of its own prints that does this with the clock and nothing else. */
async function run(script: string): Promise<string> {
  const source = `import { SystemClock } from ${JSON.stringify(new URL('system-clock.ts', import.meta.url).href)};const systemClock = new SystemClock();${script}`
  // A process that does not end by itself is ended, which rejects.
  const ended = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', source], { timeout: 10_000 })
  return ended.stdout
}
