import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../testing/doubles/manual-clock.js'
import { within } from './within.js'

describe('within', () => {
  it('leaves neither a timer nor a listener behind, however the work ends', async () => {
    const clock = new ManualClock()
    const { signal } = new AbortController()
    const patience = { clock, timeoutMs: 100, what: 'work', signal }
    expect(await within(patience, async () => 1)).toBe(1)
    await expect(within(patience, () => Promise.reject(new RangeError('no')))).rejects.toThrow('no')
    const hanging = within(patience, () => new Promise(() => {}))
    clock.advance(100)
    await expect(hanging).rejects.toMatchObject({ code: 'kernel.too_late' })
    expect(clock.pending).toBe(0)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('keeps the process alive until its deadline, which somebody waits for', async () => {
    const asked: unknown[] = []
    const schedule = (...all: unknown[]) => {
      asked.push(all[2])
      return { cancel() {} }
    }
    await within({ clock: { now: () => 0, monotonic: () => 0, schedule }, timeoutMs: 1, what: 'work' }, async () => {})
    expect(asked).toEqual([true])
  })

  it('hands the work that is given up to whoever undoes it, once, and no other', async () => {
    const clock = new ManualClock()
    const controller = new AbortController()
    const late: Promise<unknown>[] = []
    const patience = {
      clock,
      timeoutMs: 100,
      what: 'work',
      signal: controller.signal,
      late: (work: Promise<unknown>) => void late.push(work),
    }
    await within(patience, async () => 'in time')
    const hanging = within(patience, async () => 'just too late')
    controller.abort(new RangeError('stop'))
    clock.advance(100)
    await expect(hanging).rejects.toThrow('stop')
    expect(await Promise.all(late)).toEqual(['just too late'])
  })
})
