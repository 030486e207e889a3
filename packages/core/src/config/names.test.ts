import { describe, expect, it } from 'vitest'
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
