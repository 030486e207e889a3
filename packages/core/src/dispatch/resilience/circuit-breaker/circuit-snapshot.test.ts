import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../ports/index.js'
import { ManualClock, RecordingEventSink, SeededRandom } from '../../../testing/index.js'
import { CircuitBreaker } from './circuit-breaker.js'

const options = {
  opensAfter: { consecutive: 2 },
  breakMs: 1_000,
  jitter: 0,
  halfOpen: { permits: 1, maxWaitMs: 500, rampMs: 1_000 },
}

/** A breaker in a process of its own: its monotonic clock has nothing to do with that of another. */
function breakerAt(wall: number, upMs = 0) {
  const clock = new ManualClock({ start: wall })
  clock.advance(upMs)
  clock.setWall(wall)
  const events = new RecordingEventSink({ clock })
  const breaker = new CircuitBreaker(options, { name: 'writer', clock, random: new SeededRandom(), events })
  const fail = (times: number) => {
    for (let call = 0; call < times; call++) breaker.failed(breaker.admit(Number.NaN), Number.NaN, Number.NaN)
  }
  return { clock, events, breaker, fail }
}

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const start = Date.UTC(2026, 0, 1)

describe('a snapshot of a circuit', () => {
  it('is plain JSON', () => {
    const { breaker, fail, clock } = breakerAt(start, 77)
    expect(breaker.export()).toEqual({ state: 'closed', breaks: 0 })
    fail(2)
    const open = { state: 'open', breaks: 1, because: '2 calls in a row failed', until: start + 1_000 }
    expect(breaker.export()).toEqual(open)
    expect(throughJson(breaker.export())).toEqual(open)
    clock.advance(1_000)
    breaker.admit(Number.NaN)
    expect(breaker.export()).toEqual({ state: 'half-open', breaks: 1 })
    breaker.isolate()
    expect(breaker.export()).toEqual({ state: 'isolated', breaks: 1 })
  })

  it('keeps a circuit open in the next process, for the rest of its break', () => {
    const first = breakerAt(start, 5_000_000)
    first.fail(2)
    const next = breakerAt(start + 400)
    next.breaker.restore(throughJson(first.breaker.export()))
    expect(next.breaker.state).toBe('open')
    expect(next.events.of('circuit.opened')).toEqual([
      expect.objectContaining({ because: '2 calls in a row failed', breakMs: 600 }),
    ])
    next.clock.advance(599)
    expect(next.breaker.tryAdmit(Number.NaN)).toBe(0)
    next.clock.advance(1)
    next.fail(1)
    expect(next.events.of('circuit.opened').at(-1)?.breakMs).toBe(2_000)
  })

  it('keeps none open for longer than the longest break, should the wall clock have been set back', () => {
    const next = breakerAt(0)
    next.breaker.restore({ state: 'open', breaks: 1, until: start })
    expect(next.events.of('circuit.opened')[0]).toMatchObject({ breakMs: 300_000, because: 'it was open before' })
    next.clock.advance(300_000)
    expect(next.breaker.tryAdmit(Number.NaN)).not.toBe(0)
  })

  it('lets a few try at once where the break is over, or they were trying', () => {
    for (const snapshot of [
      { state: 'open', breaks: 1, until: start - 1 },
      { state: 'half-open', breaks: 1 },
    ]) {
      const { breaker } = breakerAt(start)
      breaker.restore(snapshot)
      expect(breaker.tryAdmit(Number.NaN)).not.toBe(0)
      expect(breaker.state).toBe('half-open')
      expect(breaker.tryAdmit(Number.NaN)).toBe(0)
    }
  })

  it('keeps an isolated one isolated', () => {
    const { breaker } = breakerAt(start)
    breaker.restore({ state: 'isolated', breaks: 0 })
    expect(breaker.refusal.code).toBe('circuit.isolated')
    expect(breaker.tryAdmit(Number.NaN)).toBe(0)
  })

  it('closes one, with a growing share while it had not recovered', () => {
    const first = breakerAt(start)
    first.fail(2)
    first.clock.advance(1_000)
    first.breaker.succeeded(first.breaker.admit(Number.NaN), Number.NaN, Number.NaN)
    expect(first.breaker.export()).toEqual({ state: 'closed', breaks: 1 })
    const next = breakerAt(start)
    next.fail(2)
    next.breaker.restore(first.breaker.export())
    expect(next.events.of('circuit.closed')).toHaveLength(1)
    expect(next.breaker.tryAdmit(Number.NaN)).not.toBe(0)
    expect(next.breaker.tryAdmit(Number.NaN)).toBe(0)
    first.clock.advance(1_000)
    expect(first.breaker.export()).toEqual({ state: 'closed', breaks: 0 })
    next.breaker.restore(first.breaker.export())
    expect(Array.from({ length: 9 }, () => next.breaker.tryAdmit(Number.NaN))).not.toContain(0)
  })

  it('drops what is reported from before it was restored', () => {
    const { breaker } = breakerAt(start)
    const permits = [breaker.admit(Number.NaN), breaker.admit(Number.NaN)]
    breaker.restore({ state: 'closed', breaks: 0 })
    for (const permit of permits) breaker.failed(permit, Number.NaN, Number.NaN)
    expect(breaker.state).toBe('closed')
  })

  it.each([
    ['snapshot', null],
    ['snapshot', 'open'],
    ['snapshot', []],
    ['snapshot.state', {}],
    ['snapshot.state', { state: 'ajar', breaks: 0 }],
    ['snapshot.breaks', { state: 'closed' }],
    ['snapshot.breaks', { state: 'closed', breaks: -1 }],
    ['snapshot.breaks', { state: 'closed', breaks: 1.5 }],
    ['snapshot.breaks', { state: 'closed', breaks: '1' }],
    ['snapshot.until', { state: 'open', breaks: 1 }],
    ['snapshot.until', { state: 'open', breaks: 1, until: Number.POSITIVE_INFINITY }],
    ['snapshot.until', { state: 'open', breaks: 1, until: null }],
    ['snapshot.until', { state: 'open', breaks: 1, until: 9e15 }],
    ['snapshot.because', { state: 'open', breaks: 1, until: 1, because: 5 }],
    ['snapshot.because', { state: 'open', breaks: 1, until: 1, because: 'x'.repeat(1_001) }],
    ['snapshot.__proto__', JSON.parse('{"state":"closed","breaks":0,"__proto__":{"until":1}}')],
  ])('is refused with its %s', (option, snapshot) => {
    const { breaker, fail } = breakerAt(start)
    fail(1)
    try {
      breaker.restore(snapshot)
      expect.fail('it was taken')
    } catch (failure) {
      expect(isFailure(failure, 'policy.invalid_option')).toBe(true)
      expect(failure).toMatchObject({ details: { layer: 'circuitBreaker', option } })
    }
    // Nothing has changed.
    fail(1)
    expect(breaker.state).toBe('open')
  })
})
