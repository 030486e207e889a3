import { describe, expect, it } from 'vitest'
import { declareFailures } from './declare-failures.js'
import { Failure, isFailure } from './failure.js'

const storeFailure = declareFailures({
  'store.full': {
    when: 'No room is left.',
    retryable: false,
    says: ({ used }: { readonly used: number }) => `The store is full: ${used} bytes.`,
    remedy: 'Delete something.',
  },
  'store.busy': {
    when: 'Others are at it.',
    retryable: ({ attempts }: { readonly attempts: number }) => attempts < 3,
    says: ({ attempts }: { readonly attempts: number }) => `Busy after ${attempts}.`,
    remedy: ({ attempts }: { readonly attempts: number }) => `Wait ${attempts} s.`,
  },
})

describe('declared failures', () => {
  it('are made by their code, from details', () => {
    const failure = storeFailure('store.full', { used: 5 })
    expect(failure).toBeInstanceOf(Failure)
    expect(failure).toMatchObject({
      code: 'store.full',
      message: 'The store is full: 5 bytes. Delete something.',
      remedy: 'Delete something.',
      retryable: false,
      details: { used: 5 },
    })
    expect('cause' in failure).toBe(false)
  })

  it('may tell by their details whether to retry, and what to do', () => {
    expect(storeFailure('store.busy', { attempts: 1 })).toMatchObject({ retryable: true, remedy: 'Wait 1 s.' })
    expect(storeFailure('store.busy', { attempts: 3 })).toMatchObject({ retryable: false, remedy: 'Wait 3 s.' })
  })

  it('keep their cause', () => {
    const cause = new Error('disk')
    expect(storeFailure('store.full', { used: 5 }, cause).cause).toBe(cause)
  })

  it('recognise each other by code, and their details are typed then', () => {
    const caught: unknown = storeFailure('store.full', { used: 5 })
    expect(storeFailure.is(caught, 'store.busy')).toBe(false)
    expect(storeFailure.is(new Error('store.full'), 'store.full')).toBe(false)
    if (!storeFailure.is(caught, 'store.full')) return expect.unreachable()
    expect(caught.details.used + 1).toBe(6)
  })

  it('recognise one of another copy', () => {
    const other = Object.assign(new Error('m'), { [Symbol.for('baton.failure')]: true, code: 'store.full' })
    expect(storeFailure.is(other, 'store.full')).toBe(true)
    expect(isFailure(other)).toBe(true)
  })

  it('can be listed, for the documentation', () => {
    expect(Object.keys(storeFailure.kinds)).toEqual(['store.full', 'store.busy'])
    expect(storeFailure.kinds['store.full'].when).toBe('No room is left.')
  })
})
