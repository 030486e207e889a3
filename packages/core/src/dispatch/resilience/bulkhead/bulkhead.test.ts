import { describe, expect, it } from 'vitest'
import { isFailure, type Priority } from '../../../ports/index.js'
import { ManualClock, SeededRandom } from '../../../testing/index.js'
import type { Waiter, WaitingLine } from '../waiting-line.js'
import { Bulkhead } from './bulkhead.js'
import { bulkhead, type BulkheadOptions } from './bulkhead-layer.js'

const host = { name: 'writer', clock: new ManualClock(), random: new SeededRandom() }

class Waiting implements Waiter {
  line: WaitingLine | undefined
  before: Waiter | undefined
  after: Waiter | undefined
  readonly priority: Priority
  readonly entered: () => void

  constructor(entered: () => void = () => {}, priority: Priority = 'normal') {
    this.entered = entered
    this.priority = priority
  }
}

/** A bulkhead that is full, and the names of those who were let in. */
function full(options: BulkheadOptions) {
  const room = new Bulkhead(options, host)
  while (room.tryEnter());
  const entered: string[] = []
  const wait = (name: string, priority?: Priority) => {
    const waiter = new Waiting(() => void entered.push(name), priority)
    room.wait(waiter)
    return waiter
  }
  return { room, entered, wait }
}

describe('a bulkhead', () => {
  it('lets so many in at once', () => {
    const room = new Bulkhead({ limit: 2 }, host)
    expect([room.tryEnter(), room.tryEnter(), room.tryEnter()]).toEqual([true, true, false])
    expect(room.inFlight).toBe(2)
    room.leave()
    expect(room.inFlight).toBe(1)
    expect([room.tryEnter(), room.tryEnter()]).toEqual([true, false])
  })

  it('lets nobody wait unless it is told how many', () => {
    const { room, wait } = full({ limit: 2 })
    expect(() => wait('a')).toThrow('writer has 2 calls under way and 0 waiting, which is all it takes.')
    expect(room.queued).toBe(0)
  })

  it('refuses those for whom there is no place to wait, and nobody whom it has accepted', () => {
    const { room, entered, wait } = full({ limit: 1, queue: 2, key: 'disk' })
    wait('a')
    wait('b')
    try {
      wait('c')
      expect.fail('it was taken')
    } catch (failure) {
      expect(isFailure(failure, 'bulkhead.full')).toBe(true)
      expect(failure).toMatchObject({ retryable: true, details: { bulkhead: 'disk', limit: 1, queue: 2 } })
    }
    for (let call = 0; call < 3; call++) room.leave()
    expect(entered).toEqual(['a', 'b'])
    expect([room.inFlight, room.queued]).toEqual([0, 0])
  })

  it('hands a slot that is left to whoever came first, before leave returns and before anybody else has it', () => {
    const { room, entered, wait } = full({ limit: 1, queue: 5 })
    wait('a')
    wait('b')
    room.leave()
    expect(entered).toEqual(['a'])
    expect(room.tryEnter()).toBe(false)
    expect([room.inFlight, room.queued]).toEqual([1, 1])
  })

  it('lets nobody in between while a slot is handed over', () => {
    const room = new Bulkhead({ limit: 1, queue: 5 }, host)
    room.tryEnter()
    const entered: unknown[] = []
    room.wait(
      new Waiting(() => {
        room.leave()
        entered.push(room.tryEnter())
      }),
    )
    room.wait(new Waiting(() => void entered.push('b')))
    room.leave()
    expect(entered).toEqual([false, 'b'])
    expect(room.inFlight).toBe(1)
  })

  it('lets who waits quit at once, from wherever it stands', () => {
    for (const order of ['fifo', 'priority'] as const) {
      const { room, entered, wait } = full({ limit: 1, queue: 4, order })
      const [, b, , d] = ['a', 'b', 'c', 'd'].map((name) => wait(name)) as [Waiter, Waiter, Waiter, Waiter]
      room.quit(b)
      room.quit(b)
      room.quit(d)
      expect(room.queued).toBe(2)
      expect([b.line, b.before, b.after]).toEqual([undefined, undefined, undefined])
      wait('e')
      for (let call = 0; call < 9 && room.inFlight > 0; call++) room.leave()
      expect(entered).toEqual(['a', 'c', 'e'])
    }
  })

  it('does nothing when one quits that does not wait here', () => {
    for (const order of ['fifo', 'priority'] as const) {
      const { room, entered, wait } = full({ limit: 1, queue: 4, order })
      const other = full({ limit: 1, queue: 4, order })
      const a = wait('a')
      other.room.quit(a)
      other.room.quit(new Waiting())
      expect(room.queued).toBe(1)
      room.leave()
      room.quit(a)
      expect([entered, room.inFlight, room.queued]).toEqual([['a'], 1, 0])
    }
  })

  it('lets one in at once that waits though there is a slot', () => {
    const room = new Bulkhead({ limit: 1 }, host)
    let entered = 0
    room.wait(new Waiting(() => void entered++))
    expect([entered, room.inFlight, room.queued]).toEqual([1, 1, 0])
  })

  it('counts one once that is put in twice', () => {
    const { room, wait } = full({ limit: 1, queue: 5 })
    const a = wait('a')
    room.wait(a)
    expect(room.queued).toBe(1)
  })

  it.each(['fifo', 'priority'] as const)(
    'lets 100,000 in, one by the other, that leave as they enter (%s)',
    (order) => {
      const room = new Bulkhead({ limit: 3, queue: 100_000, order }, host)
      while (room.tryEnter());
      let entered = 0
      const enter = () => {
        entered++
        expect(room.inFlight).toBeLessThanOrEqual(3)
        room.leave()
      }
      for (let waiter = 0; waiter < 100_000; waiter++) room.wait(new Waiting(enter))
      room.leave()
      expect([entered, room.inFlight, room.queued]).toEqual([100_000, 2, 0])
    },
  )

  it('goes on for the others when one throws as it enters', () => {
    const room = new Bulkhead({ limit: 1, queue: 9 }, host)
    room.tryEnter()
    const entered: string[] = []
    const failing = () => {
      room.leave()
      throw new TypeError('broken')
    }
    room.wait(new Waiting(failing))
    room.wait(new Waiting(() => void entered.push('b')))
    expect(() => room.leave()).toThrow('broken')
    expect([entered, room.inFlight, room.queued]).toEqual([['b'], 1, 0])
    room.leave()
    expect(room.inFlight).toBe(0)
  })
})

describe('a bulkhead that goes by priority', () => {
  it('lets the more urgent go first, and of equals who came first', () => {
    const { room, entered, wait } = full({ limit: 1, queue: 20, order: 'priority' })
    for (const priority of ['low', 'normal', 'high', 'critical'] as const) {
      wait(`${priority} 1`, priority)
      wait(`${priority} 2`, priority)
    }
    for (let call = 0; call < 8; call++) room.leave()
    expect(entered).toEqual(['critical 1', 'critical 2', 'high 1', 'high 2', 'normal 1', 'normal 2', 'low 1', 'low 2'])
  })

  it('starves nobody: after 16 more urgent ones it is the turn of one who is less so', () => {
    const { room, entered, wait } = full({ limit: 1, queue: 200, order: 'priority' })
    for (let waiter = 0; waiter < 3; waiter++) wait('low', 'low')
    for (let waiter = 0; waiter < 60; waiter++) wait('critical', 'critical')
    for (let call = 0; call < 63; call++) room.leave()
    const turns = entered.flatMap((name, turn) => (name === 'low' ? [turn] : []))
    expect(turns).toEqual([16, 33, 50])
  })

  it('begins to count when one comes, not before', () => {
    const { room, entered, wait } = full({ limit: 1, queue: 200, order: 'priority' })
    const first = wait('low', 'low')
    for (let waiter = 0; waiter < 60; waiter++) wait('critical', 'critical')
    for (let call = 0; call < 15; call++) room.leave()
    room.quit(first)
    room.leave()
    wait('low', 'low')
    for (let call = 0; call < 16; call++) room.leave()
    expect(entered).not.toContain('low')
    room.leave()
    expect(entered.at(-1)).toBe('low')
  })

  it('does not go by priority unless it is told to', () => {
    const { room, entered, wait } = full({ limit: 1, queue: 2 })
    wait('low', 'low')
    wait('critical', 'critical')
    room.leave()
    expect(entered).toEqual(['low'])
  })
})

describe('the options of a bulkhead', () => {
  it('are completed, copied and frozen', () => {
    const layer = bulkhead({ limit: 5 })
    expect(layer).toEqual({ kind: 'bulkhead', options: { limit: 5, queue: 0, order: 'fifo' } })
    expect([Object.isFrozen(layer), Object.isFrozen(layer.options)]).toEqual([true, true])
    expect(bulkhead(layer.options).options).toEqual(layer.options)
  })

  it('cannot be nonsense', () => {
    const nonsense = [Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, '5', null, {}, [], true]
    const given: [string, unknown][] = [
      ...nonsense.map((limit): [string, unknown] => ['limit', { limit }]),
      ...nonsense.map((queue): [string, unknown] => ['queue', { limit: 1, queue }]),
      ...nonsense.map((order): [string, unknown] => ['order', { limit: 1, order }]),
      ['limit', { limit: 0 }],
      ['limit', { limit: undefined }],
      ['limit', {}],
      ['key', { limit: 1, key: '' }],
      ['key', { limit: 1, key: 5 }],
      ['max', { limit: 1, max: 5 }],
      ['options', null],
      ['options', undefined],
      ['options', 5],
    ]
    for (const [option, options] of given) {
      for (const make of [bulkhead, (one: BulkheadOptions) => new Bulkhead(one, host)]) {
        try {
          make(options as BulkheadOptions)
          expect.fail(`${option} was taken`)
        } catch (failure) {
          expect(failure).toMatchObject({ code: 'policy.invalid_option', details: { layer: 'bulkhead', option } })
        }
      }
    }
  })
})
