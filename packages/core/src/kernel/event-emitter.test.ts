import { describe, expect, it } from 'vitest'
import { EventEmitter } from './event-emitter.js'

function emitter(report: (event: string, failure: unknown) => void = () => {}) {
  return new EventEmitter({ now: () => 42, report })
}

const started = { ms: 1 }
const rejected = Promise.reject(new RangeError('no'))
rejected.catch(() => {})

function turns(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('EventEmitter', () => {
  it('tells listeners of the event, then those of all, each in the order in which they began', () => {
    const told: string[] = []
    const events = emitter()
    events.on('*', ({ type, at }) => void told.push(`all ${type} ${at}`))
    events.on('orchestrator.started', ({ ms }) => void told.push(`first ${ms}`))
    events.on('orchestrator.closing', () => void told.push('never'))
    events.on('*', () => void told.push('all again'))
    events.on('orchestrator.started', () => void told.push('second'))
    events.emit('orchestrator.started', started)
    expect(told).toEqual(['first 1', 'second', 'all orchestrator.started 42', 'all again'])
  })

  it('is observed while anybody listens, for whatever', () => {
    const events = emitter()
    const [one, other] = [events.on('plugin.stopped', () => {}), events.on('*', () => {})]
    expect(events.observed).toBe(true)
    one[Symbol.dispose]()
    one[Symbol.dispose]()
    expect(events.observed).toBe(true)
    other[Symbol.dispose]()
    expect(events.observed).toBe(false)
  })

  it('asks for no time when nobody listens', () => {
    const events = new EventEmitter({ now: () => expect.unreachable(), report() {} })
    events.emit('orchestrator.started', started)
  })

  it('does not tell who stopped listening, not even while it is telling; nor who begins meanwhile', () => {
    const told: string[] = []
    const events = emitter()
    events.on('orchestrator.started', () => {
      second[Symbol.dispose]()
      all[Symbol.dispose]()
      events.on('orchestrator.started', () => void told.push('begun meanwhile'))
    })
    const second = events.on('orchestrator.started', () => void told.push('second'))
    const all = events.on('*', () => void told.push('all'))
    events.on('orchestrator.started', () => void told.push('third'))
    events.emit('orchestrator.started', started)
    expect(told).toEqual(['third'])
  })

  it('takes one listener given twice for two', () => {
    const told: number[] = []
    const events = emitter()
    const listener = () => void told.push(1)
    const first = events.on('*', listener)
    events.on('*', listener)
    events.emit('orchestrator.started', started)
    first[Symbol.dispose]()
    events.emit('orchestrator.started', started)
    expect(told).toHaveLength(3)
  })

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('no')
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('no'))],
    ['rejects by a thenable', () => Object.fromEntries(['then'].map((name) => [name, rejected.then.bind(rejected)]))],
  ])('tells of a listener that %s, and the others all the same', async (_, fail) => {
    const told: unknown[] = []
    const reported: unknown[] = []
    const events = emitter((...all) => reported.push(all))
    events.on('orchestrator.started', fail as () => void)
    events.on('orchestrator.started', () => void told.push('second'))
    events.emit('orchestrator.started', started)
    expect(told).toEqual(['second'])
    await turns()
    expect(reported).toEqual([['orchestrator.started', new RangeError('no')]])
    events.on('listener.failed', ({ event, failure }) => void told.push(event, failure))
    events.emit('orchestrator.started', started)
    await turns()
    expect(told).toHaveLength(4)
    expect(told).toEqual(expect.arrayContaining(['orchestrator.started', new RangeError('no')]))
    expect(reported).toHaveLength(1)
  })

  it.each(['listener.failed', '*'] as const)(
    'never ends up telling a failing listener of %s of itself',
    async (type) => {
      const reported: string[] = []
      const events = emitter((event) => reported.push(event))
      events.on(type, () => {
        throw new RangeError('again')
      })
      events.on(type, () => Promise.reject(new RangeError('again')))
      events.on('orchestrator.started', () => {
        throw new RangeError('first')
      })
      events.emit('orchestrator.started', started)
      await turns()
      expect(reported.length).toBeLessThan(10)
      expect(reported).toContain('listener.failed')
    },
  )

  it('never throws, even when whoever is told of failures does', async () => {
    const events = emitter(() => {
      throw new RangeError('the log is gone')
    })
    events.on('*', () => {
      throw new RangeError('no')
    })
    events.on('*', () => Promise.reject(new RangeError('no')))
    expect(() => events.emit('orchestrator.started', started)).not.toThrow()
    await turns()
  })
})
