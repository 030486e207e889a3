import type { z as zod } from 'zod'

const day = 86_400_000

/** How parts are started and closed. */
export const kernelSettings = (z: typeof zod) =>
  z.object({
    startTimeoutMs: z.number().min(1).max(day).default(30_000).meta({
      env: 'START_TIMEOUT',
      unit: 's',
      description: 'How long one plugin or provided part may take to start.',
    }),
    stopTimeoutMs: z.number().min(1).max(day).default(10_000).meta({
      env: 'STOP_TIMEOUT',
      unit: 's',
      description: 'How long one of them may take to stop.',
    }),
    drainMs: z.number().min(0).max(day).default(10_000).meta({
      env: 'DRAIN_TIMEOUT',
      unit: 's',
      description: 'How long close() waits for requests under way before it stops them.',
    }),
    healthTimeoutMs: z.number().min(1).max(day).default(5_000).meta({
      env: 'HEALTH_TIMEOUT',
      unit: 's',
      description: 'How long health() waits for an agent to tell how it is.',
    }),
    tenantIdleMs: z
      .number()
      .min(0)
      .max(30 * day)
      .default(300_000)
      .meta({
        env: 'TENANT_IDLE',
        unit: 's',
        description: 'How long what was made for a tenant is kept when no request uses it.',
      }),
  })
