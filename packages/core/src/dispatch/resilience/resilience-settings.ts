import type { z as zod } from 'zod'

/** The policy of agents that have none of their own. */
export const resilienceSettings = (z: typeof zod) =>
  z.object({
    maxRetries: z.number().int().min(0).max(100).default(3).meta({
      env: 'MAX_RETRIES',
      description: 'How often a call that failed, and may succeed later, is tried again.',
    }),
    retryBaseMs: z.number().min(0).max(3_600_000).default(100).meta({
      env: 'RETRY_BASE',
      unit: 'ms',
      description: 'The wait before the first retry; it doubles with each further one, and chance shortens it.',
    }),
    retryCapMs: z.number().min(0).max(3_600_000).default(10_000).meta({
      env: 'RETRY_CAP',
      unit: 's',
      description: 'The longest wait before a retry, unless the other side asks for a longer one.',
    }),
    circuitBreaker: z.boolean().default(true).meta({
      env: 'CIRCUIT_BREAKER',
      description: 'Whether calls of an agent are refused for a while once half of the last 50 (at least 20) failed.',
    }),
    circuitBreakMs: z.number().min(1).max(86_400_000).default(30_000).meta({
      env: 'CIRCUIT_BREAK',
      unit: 's',
      description: 'For how long, at first; each further time for longer.',
    }),
  })

export type ResilienceSettings = zod.output<ReturnType<typeof resilienceSettings>>
