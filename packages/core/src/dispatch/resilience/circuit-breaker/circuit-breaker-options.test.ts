import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../ports/index.js'
import { ManualClock, SeededRandom } from '../../../testing/index.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { circuitBreaker } from './circuit-breaker-layer.js'
import type { CircuitBreakerOptions } from './circuit-breaker-options.js'

function faultOf(options: unknown): unknown {
  try {
    circuitBreaker(options as CircuitBreakerOptions)
  } catch (failure) {
    expect(isFailure(failure, 'policy.invalid_option')).toBe(true)
    return (failure as { details: { option: string } }).details.option
  }
  return 'none'
}

const nonsense = [Number.NaN, -1, Number.POSITIVE_INFINITY, '5', null, {}, [], true]

describe('the options of a circuit breaker', () => {
  it('have good defaults', () => {
    const layer = circuitBreaker()
    expect(layer).toEqual({
      kind: 'circuitBreaker',
      options: {
        opensAfter: { rate: 0.5, withinMs: 30_000, minimum: 20 },
        slow: undefined,
        breakMs: 30_000,
        growth: 2,
        maxBreakMs: 300_000,
        jitter: 0.2,
        halfOpen: { permits: 3, maxWaitMs: 30_000, rampMs: 10_000 },
      },
    })
    for (const part of [layer, layer.options, layer.options.opensAfter, layer.options.halfOpen]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })

  it('stay as they are, given again', () => {
    const { options } = circuitBreaker({
      slow: { overMs: 5, rate: 0.5 },
      opensAfter: { rate: 0.5, ofLast: 7 },
      key: 'a',
    })
    expect(circuitBreaker(options).options).toEqual(options)
    expect(options.opensAfter).toEqual({ rate: 0.5, ofLast: 7, minimum: 7 })
    expect(options.slow).toEqual({ overMs: 5, rate: 0.5, minimum: 7 })
  })

  it('do not change when what was given does', () => {
    const opensAfter = { consecutive: 3 }
    const { options } = circuitBreaker({ opensAfter })
    opensAfter.consecutive = -1
    expect(options.opensAfter).toEqual({ consecutive: 3 })
  })

  it.each(['breakMs', 'growth', 'maxBreakMs', 'jitter', 'key'])('cannot have nonsense as %s', (option) => {
    for (const value of nonsense.filter((one) => option !== 'key' || one !== '5')) {
      expect(faultOf({ [option]: value })).toBe(option)
    }
  })

  it('cannot have what is out of bounds', () => {
    expect(faultOf({ breakMs: 0 })).toBe('breakMs')
    expect(faultOf({ growth: 0.9 })).toBe('growth')
    expect(faultOf({ jitter: 1.1 })).toBe('jitter')
    expect(faultOf({ key: '' })).toBe('key')
    expect(faultOf({ breakMs: 1_000, maxBreakMs: 999 })).toBe('maxBreakMs')
    expect(faultOf({ maxBreakMs: 29_999 })).toBe('maxBreakMs')
    expect(faultOf({ breakMs: 400_000 })).toBe('none')
    expect(circuitBreaker({ breakMs: 400_000 }).options.maxBreakMs).toBe(400_000)
  })

  it.each([
    ['opensAfter.consecutive', { consecutive: 1.5 }],
    ['opensAfter.consecutive', { consecutive: 0 }],
    ['opensAfter.consecutive', { consecutive: '5' }],
    ['opensAfter', { consecutive: undefined }],
    ['opensAfter.withinMs', { consecutive: 5, withinMs: 1_000 }],
    ['opensAfter.failures', { failures: 0, ofLast: 5 }],
    ['opensAfter.failures', { failures: 6, ofLast: 5 }],
    ['opensAfter', { failures: 6 }],
    ['opensAfter.ofLast', { failures: 5, ofLast: Number.POSITIVE_INFINITY }],
    ['opensAfter.ofLast', { failures: 5, ofLast: 100_001 }],
    ['opensAfter.ofLast', { failures: 5, ofLast: 10, withinMs: 10 }],
    ['opensAfter.rate', { failures: 5, ofLast: 10, rate: 0.5 }],
    ['opensAfter.rate', { rate: 0, ofLast: 10 }],
    ['opensAfter.rate', { rate: 1.1, withinMs: 10 }],
    ['opensAfter.rate', { rate: Number.NaN, withinMs: 10 }],
    ['opensAfter.withinMs', { rate: 1, withinMs: 0 }],
    ['opensAfter.minimum', { rate: 1, ofLast: 10, minimum: 11 }],
    ['opensAfter.minimum', { rate: 1, withinMs: 10, minimum: 1.5 }],
    ['opensAfter.minimun', { rate: 1, withinMs: 10, minimun: 2 }],
    ['opensAfter', { rate: 1 }],
    ['opensAfter', {}],
    ['opensAfter', null],
    ['opensAfter', 5],
    ['opensAfter', []],
  ])('names %s in %j', (option, opensAfter) => {
    expect(faultOf({ opensAfter })).toBe(option)
  })

  it.each([
    ['slow.overMs', { overMs: 0, rate: 0.5 }],
    ['slow.rate', { overMs: 5, rate: 2 }],
    ['slow', { overMs: 5 }],
    ['slow', { rate: 0.5 }],
    ['slow.minimum', { overMs: 5, rate: 0.5, minimum: 0 }],
    ['slow.over', { over: 5, rate: 0.5 }],
    ['slow', '5'],
    ['slow', null],
  ])('names %s in %j', (option, slow) => {
    expect(faultOf({ slow })).toBe(option)
  })

  it.each([
    ['halfOpen.permits', { permits: 0 }],
    ['halfOpen.permits', { permits: 1.5 }],
    ['halfOpen.maxWaitMs', { maxWaitMs: 0 }],
    ['halfOpen.rampMs', { rampMs: -1 }],
    ['halfOpen.ramp', { ramp: 1 }],
    ['halfOpen', null],
    ['halfOpen', 3],
  ])('names %s in %j', (option, halfOpen) => {
    expect(faultOf({ halfOpen })).toBe(option)
  })

  it('are an object, and have no other names', () => {
    for (const options of [null, 5, 'x', []]) expect(faultOf(options)).toBe('options')
    expect(() => circuitBreaker({ breakMS: 5 } as CircuitBreakerOptions)).toThrow(
      'circuitBreaker cannot have 5 as its breakMS. Give none of that name: perhaps breakMs.',
    )
  })

  it('are checked by the breaker itself too', () => {
    const host = { name: 'writer', clock: new ManualClock(), random: new SeededRandom() }
    expect(() => new CircuitBreaker({ breakMs: -1 }, host)).toThrow('circuitBreaker cannot have -1 as its breakMs.')
  })
})
