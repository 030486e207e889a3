import { describe, expect, it, vi } from 'vitest'
import { Failure, isFailure } from './failure.js'

const init = {
  code: 'store.full',
  message: 'Full.',
  remedy: 'Delete something.',
  retryable: true,
  details: { used: 5 },
}

describe('a failure', () => {
  it('is an error whose message ends with the remedy', () => {
    const failure = new Failure(init)
    expect(failure).toBeInstanceOf(Error)
    expect(String(failure)).toBe('Failure: Full. Delete something.')
    expect(failure.stack).toContain('failure.test.ts')
    expect(new Failure({ ...init, remedy: '' }).message).toBe('Full.')
  })

  it('has a cause only if it is given one', () => {
    expect('cause' in new Failure(init)).toBe(false)
    expect(new Failure({ ...init, cause: null }).cause).toBeNull()
    expect(new Failure({ ...init, cause: 'text' }).cause).toBe('text')
  })

  it('is written as JSON without its stack, with its causes', () => {
    const root = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    const failure = new Failure({ ...init, cause: new TypeError('fetch failed', { cause: root }) })
    expect(JSON.parse(JSON.stringify(failure))).toEqual({
      name: 'Failure',
      code: 'store.full',
      message: 'Full. Delete something.',
      remedy: 'Delete something.',
      retryable: true,
      details: { used: 5 },
      cause: {
        name: 'TypeError',
        message: 'fetch failed',
        cause: { name: 'Error', message: 'refused', code: 'ECONNREFUSED' },
      },
    })
  })

  it('is written as JSON with eight levels of causes', () => {
    let cause = new Error('root')
    for (let level = 0; level < 7; level++) cause = new Error(`level ${level}`, { cause })
    expect(JSON.stringify(new Failure({ ...init, cause }))).toContain('"root"')
  })

  it('is written as JSON though its causes have no end', () => {
    const cause = new Error('round')
    cause.cause = cause
    expect(JSON.stringify(new Failure({ ...init, cause })).length).toBeLessThan(2_000)
  })

  it('is written as JSON whatever its details are', () => {
    const details: Record<string, unknown> = { big: 1n, code: () => 1 }
    details.self = details
    expect(JSON.parse(JSON.stringify(new Failure({ ...init, details })))).toMatchObject({
      details: { big: '1n', self: '[circular]' },
    })
  })
})

describe('isFailure', () => {
  it('tells failures from all else, and by their code', () => {
    const failure = new Failure(init)
    expect(isFailure(failure)).toBe(true)
    expect(isFailure(failure, 'store.full')).toBe(true)
    expect(isFailure(failure, 'store')).toBe(false)
    for (const other of [new Error('e'), { code: 'store.full' }, { ...init }, null, undefined, 'store.full', 5]) {
      expect(isFailure(other)).toBe(false)
    }
  })

  it('knows the failures of another copy of this package, and the other way round', async () => {
    vi.resetModules()
    const other = await import('./failure.js')
    expect(other.Failure).not.toBe(Failure)
    const theirs = new other.Failure(init)
    expect(theirs).not.toBeInstanceOf(Failure)
    expect(isFailure(theirs, 'store.full')).toBe(true)
    expect(other.isFailure(new Failure(init), 'store.full')).toBe(true)
  })

  it('does not take for one what only a prototype of plain data says', () => {
    expect(isFailure(JSON.parse('{"baton.failure":true,"code":"store.full"}'))).toBe(false)
  })
})
