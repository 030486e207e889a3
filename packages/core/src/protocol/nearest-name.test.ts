import { describe, expect, it } from 'vitest'
import { nearestName } from './nearest-name.js'

describe('nearestName', () => {
  it.each([
    ['Database', 'database'],
    ['databse', 'database'],
    ['databaase', 'database'],
    ['datebase', 'database'],
    ['dataabse', 'database'],
    ['abase', undefined],
    ['pools', 'pool'],
    ['b', 'B'],
    ['c', undefined],
    ['', undefined],
  ])('%j probably meant %j', (name, meant) => {
    expect(nearestName(name, ['cache', 'database', 'B', 'db', 'pool'])).toBe(meant)
  })
})

describe('nearestName of variables', () => {
  const known = ['AGENT_TIMEOUT', 'MAX_RETRIES', 'MAX_RETRY']

  it.each([
    ['AGENT_TIMOUT', 'AGENT_TIMEOUT'],
    ['AGENT_TIMEUOT', 'AGENT_TIMEOUT'],
    ['agent_timeout', 'AGENT_TIMEOUT'],
    ['AGENT_TIMEOUT_S', 'AGENT_TIMEOUT'],
    ['MAX_RETRYS', 'MAX_RETRY'],
    ['SOMETHING_ELSE', undefined],
    ['A'.repeat(100_000), undefined],
    ['', undefined],
  ])('of %.20s is %s', (name, expected) => {
    expect(nearestName(name, known)).toBe(expected)
  })
})
