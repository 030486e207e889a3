import { describe, expect, it } from 'vitest'
import { ManualClock, SeededRandom } from '../../../testing/index.js'
import { rateLimit, type RateLimitOptions } from './rate-limit-layer.js'
import { RateLimiter } from './rate-limiter.js'

const host = { name: 'openai', clock: new ManualClock(), random: new SeededRandom() }
const requests = { limit: 1, perMs: 1 }

describe('the options of a rate limit', () => {
  it('are completed, copied and frozen', () => {
    const of = () => 1
    const layer = rateLimit({ requests: { limit: 5, perMs: 1_000 }, units: { limit: 9, perMs: 10, burst: 3, of } })
    expect(layer).toEqual({
      kind: 'rateLimit',
      options: {
        requests: { limit: 5, perMs: 1_000, burst: 5 },
        units: { limit: 9, perMs: 10, burst: 3, of },
        maxWaitMs: 0,
        queue: 1_000,
      },
    })
    for (const part of [layer, layer.options, layer.options.requests, layer.options.units]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
    expect(rateLimit(layer.options).options).toEqual(layer.options)
    expect(rateLimit({ requests, maxWaitMs: Number.POSITIVE_INFINITY }).options.maxWaitMs).toBe(
      Number.POSITIVE_INFINITY,
    )
  })

  it('cannot be nonsense', () => {
    const nonsense = [Number.NaN, -1, '5', null, {}, [], true]
    const given: [string, unknown][] = [
      ...[...nonsense, 0, 1.5, Number.POSITIVE_INFINITY].flatMap((value): [string, unknown][] => [
        ['requests.limit', { requests: { limit: value, perMs: 1 } }],
        ['units.burst', { units: { limit: 1, perMs: 1, burst: value } }],
      ]),
      ...[...nonsense, 0, Number.POSITIVE_INFINITY].map((value): [string, unknown] => [
        'units.perMs',
        { units: { limit: 1, perMs: value } },
      ]),
      ...nonsense.map((maxWaitMs): [string, unknown] => ['maxWaitMs', { requests, maxWaitMs }]),
      ...[...nonsense, 1.5, Number.POSITIVE_INFINITY].map((queue): [string, unknown] => ['queue', { requests, queue }]),
      ['units.of', { units: { ...requests, of: 5 } }],
      ['requests.of', { requests: { ...requests, of: () => 1 } }],
      ['requests.per', { requests: { limit: 1, per: 1 } }],
      ['requests', { requests: { limit: 1 } }],
      ['units', { units: { perMs: 1 } }],
      ['requests', { requests: null }],
      ['requests', { requests: 5 }],
      ['units', { units: [] }],
      ['key', { requests, key: '' }],
      ['max', { requests, max: 1 }],
      ['options', {}],
      ['options', { requests: undefined }],
      ['options', null],
      ['options', undefined],
    ]
    for (const [option, options] of given) {
      for (const make of [rateLimit, (one: RateLimitOptions) => new RateLimiter(one, host)]) {
        try {
          make(options as RateLimitOptions)
          expect.fail(`${option} was taken`)
        } catch (failure) {
          expect(failure).toMatchObject({ code: 'policy.invalid_option', details: { layer: 'rateLimit', option } })
        }
      }
    }
  })
})
