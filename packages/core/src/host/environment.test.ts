import { afterEach, expect, it, vi } from 'vitest'
import { environment } from './environment.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('is the variables of this process', () => {
  expect(environment()['PATH']).toBe(process.env['PATH'])
})

it('is read when it is asked for, not before', () => {
  vi.stubEnv('BATON_A_TEST', 'one')
  expect(environment()['BATON_A_TEST']).toBe('one')
  vi.stubEnv('BATON_A_TEST', undefined)
  expect(environment()['BATON_A_TEST']).toBeUndefined()
})
