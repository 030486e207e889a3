import { describe, expect, it } from 'vitest'
import { configFromEnv } from './config.js'

describe('configFromEnv', () => {
  it('reads nothing when it is called', () => {
    const env = new Proxy({}, { get: () => expect.unreachable(), ownKeys: () => expect.unreachable() })
    const config = configFromEnv({ env })
    expect(config).toMatchObject({ prefix: 'ORCHESTRATOR_', strict: false })
    expect(Object.isFrozen(config)).toBe(true)
  })

  it.each(['', '_', 'A-B', '1_', 'A B'])('refuses the prefix %j', (prefix) => {
    expect(() => configFromEnv({ prefix })).toThrow('cannot be the prefix')
  })
})
