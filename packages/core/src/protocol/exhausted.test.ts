import { describe, expect, it } from 'vitest'
import { decode, encode, Failure, isExhausted, markExhausted, nextMoment } from '../ports/index.js'

const made = (cause?: unknown) =>
  new Failure({ code: 'work.failed', message: 'No.', remedy: '', retryable: true, details: {}, cause })

describe('the mark of what was tried often enough', () => {
  it('is there from when it was made on, also for whoever is told of it as a cause', () => {
    const error = new Error('reset')
    const before = nextMoment()
    markExhausted(error)
    const after = nextMoment()
    for (const told of [error, made(error), made(made(error))]) {
      expect([isExhausted(told), isExhausted(told, before), isExhausted(told, after)]).toEqual([true, true, false])
    }
    markExhausted(error)
    expect(isExhausted(error, after)).toBe(true)
  })

  it('travels with a failure, in whichever form, and is new where it arrives', () => {
    const [plain, marked, wrapped] = [made(), made(), made(new Error('reset'))]
    markExhausted(marked)
    markExhausted(wrapped.cause)
    const before = nextMoment()
    for (const [failure, expected] of [
      [plain, false],
      [marked, true],
      [wrapped, true],
    ] as const) {
      const arrived = decode(encode(failure)) as Failure
      expect([arrived.exhausted, isExhausted(arrived, before)]).toEqual([expected, expected])
      expect((failure.toJSON() as { exhausted?: boolean }).exhausted).toBe(expected || undefined)
    }
  })

  it('is not made on what can hold none, and nothing fails for that', () => {
    for (const error of [undefined, null, 'text', 5, Object.freeze(new Error('frozen'))]) {
      expect(() => markExhausted(error)).not.toThrow()
      expect(isExhausted(error)).toBe(false)
    }
  })

  it('is looked for no deeper than causes are told, though they go in a circle', () => {
    const [one, other] = [new Error('one'), new Error('other')]
    Object.assign(one, { cause: other })
    Object.assign(other, { cause: one })
    expect(isExhausted(one)).toBe(false)
  })
})
