import { describe, expect, it } from 'vitest'
import { nearestName } from './nearest-name.js'
import { usualVariable } from './variable-name.js'

describe('usualVariable', () => {
  it.each([
    ['dispatch', ['agentTimeoutMs'], 'DISPATCH_AGENT_TIMEOUT_MS'],
    ['@acme/search-index', ['maxURLLength'], 'ACME_SEARCH_INDEX_MAX_URL_LENGTH'],
    ['room', ['retry', 'base2Ms'], 'ROOM_RETRY_BASE2_MS'],
    ['検索', ['url'], 'URL'],
  ])('of %s and %j is %s', (section, path, expected) => {
    expect(usualVariable(section, path)).toBe(expected)
  })
})

describe('nearestName', () => {
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
