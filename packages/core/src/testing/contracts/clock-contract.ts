import assert from 'node:assert/strict'
import type { Clock } from '../../ports/index.js'
import type { Contract, ContractCase } from '../contract.js'

/** What a Clock promises: one case for each promise of the port's prose. */
export const clockContract: Contract<Clock> = {
  port: 'Clock',
  cases: [
    {
      name: 'the wall clock is in whole milliseconds',
      run: async ({ port, advance }) => {
        const [wall, ticks] = [port.now(), port.monotonic()]
        await advance(100)
        const passed = port.monotonic() - ticks
        for (const now of [wall, port.now()]) assert(Number.isSafeInteger(now), `${now} is not whole`)
        // A machine's wall clock may be slewed meanwhile, but not by this much.
        assertBetween(port.now() - wall, passed - 50, passed + 50)
      },
    },
    {
      name: 'the monotonic clock never goes back and counts milliseconds',
      run: async ({ port, advance }) => {
        const started = port.monotonic()
        let last = started
        for (let step = 0; step < 20; step++) {
          await advance(step % 2)
          for (let look = 0; look < 100; look++) {
            const ticks = port.monotonic()
            assert(ticks >= last, `it went from ${last} to ${ticks}`)
            last = ticks
          }
        }
        await advance(50)
        assertBetween(port.monotonic() - started, 50, 5_000)
      },
    },
    {
      name: 'a task runs once, when its delay has passed',
      run: async ({ port, advance }) => {
        const started = port.monotonic()
        const waited: number[] = []
        port.schedule(40, () => waited.push(port.monotonic() - started))
        await advance(20)
        await advance(60)
        await advance(60)
        assert.equal(waited.length, 1)
        assert((waited[0] ?? 0) >= 40, `it ran after ${waited[0]} ms`)
      },
    },
    {
      name: 'a delay of 0 or less has a task run at once, but never before schedule returns',
      run: async ({ port, advance }) => {
        const ran: string[] = []
        const schedule = (name: string, delayMs: number, then?: () => void) => {
          let hasReturned = false
          port.schedule(delayMs, () => {
            ran.push(hasReturned ? name : `${name}, before schedule returned`)
            then?.()
          })
          hasReturned = true
        }
        schedule('zero', 0, () => schedule('within', 0))
        schedule('less', -1_000)
        // Twice: where the machine stood still for the first one, what a task has scheduled runs right after it.
        await advance(10)
        await advance(10)
        assert.deepEqual(ran.toSorted(), ['less', 'within', 'zero'])
      },
    },
    {
      name: 'tasks due at different times run in the order of their times',
      run: async ({ port, advance }) => {
        const ran: number[] = []
        for (const delayMs of [50, 10, 40, 20, 30]) port.schedule(delayMs, () => ran.push(delayMs))
        await advance(100)
        assert.deepEqual(ran, [10, 20, 30, 40, 50])
      },
    },
    {
      name: 'tasks due at the same time run in the order scheduled',
      run: async ({ port, advance }) => {
        const order = Array.from({ length: 100 }, (_, index) => index)
        const ran: number[] = []
        for (const index of order) port.schedule(10, () => ran.push(index))
        await advance(50)
        assert.deepEqual(ran, order)
      },
    },
    {
      name: 'tasks that are late run in the order of their times',
      run: async ({ port, advance }) => {
        const ran: string[] = []
        const started = port.monotonic()
        port.schedule(30, () => ran.push('first'))
        port.schedule(35, () => ran.push('second'))
        await advance(10)
        port.schedule(30, () => ran.push('third'))
        stall(port, started + 80)
        await advance(80)
        assert.deepEqual(ran, ['first', 'second', 'third'])
      },
    },
    {
      name: 'a task that throws harms no other task, nor whoever drives the clock',
      run: async ({ port, advance }) => {
        const ran: string[] = []
        const thrown = new TypeError('a task that throws')
        port.schedule(10, () => {
          ran.push('throws')
          throw thrown
        })
        port.schedule(10, () => ran.push('same time'))
        port.schedule(20, () => ran.push('later'))
        await advance(60)
        port.schedule(10, () => ran.push('afterwards'))
        await advance(60)
        assert.deepEqual(ran, ['throws', 'same time', 'later', 'afterwards'])
      },
    },
    ...cancelling(),
    {
      name: 'a delay may be longer than any timer',
      run: async ({ port, advance }) => {
        const ran: number[] = []
        const delays = [2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY]
        const waiting = delays.map((delayMs) => port.schedule(delayMs, () => ran.push(delayMs)))
        await advance(50)
        for (const one of waiting) one.cancel()
        assert.deepEqual(ran, [])
      },
    },
  ],
}

function cancelling(): readonly ContractCase<Clock>[] {
  return [
    {
      name: 'a cancelled task is not run, also when it is due',
      run: async ({ port, advance }) => {
        const ran: string[] = []
        port.schedule(10, () => ran.push('cancelled early')).cancel()
        port.schedule(20, () => {
          ran.push('cancels')
          due.cancel()
        })
        const due = port.schedule(20, () => ran.push('cancelled when due'))
        await advance(60)
        assert.deepEqual(ran, ['cancels'])
      },
    },
    {
      name: 'cancelling twice, or after the task ran, does nothing',
      run: async ({ port, advance }) => {
        const ran: string[] = []
        const twice = port.schedule(10, () => ran.push('cancelled'))
        const early = port.schedule(10, () => ran.push('early'))
        const self = port.schedule(10, () => self.cancel())
        twice.cancel()
        await advance(40)
        port.schedule(10, () => ran.push('late'))
        for (const one of [twice, early, self]) one.cancel()
        await advance(40)
        assert.deepEqual(ran, ['early', 'late'])
      },
    },
  ]
}

/** Keeps the thread busy until a time, where time passes by itself. */
function stall(clock: Clock, until: number): void {
  let furthest = clock.monotonic()
  for (let looks = 0; furthest < until && looks < 100_000; looks++) {
    const ticks = clock.monotonic()
    if (ticks <= furthest) continue
    furthest = ticks
    looks = 0
  }
}

function assertBetween(value: number, least: number, most: number): void {
  assert(value >= least && value <= most, `${value} is not between ${least} and ${most}`)
}
