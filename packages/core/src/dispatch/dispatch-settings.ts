import type { z as zod } from 'zod'

/** How calls are made. */
export const dispatchSettings = (z: typeof zod) =>
  z.object({
    agentTimeoutMs: z.number().min(1).max(86_400_000).default(60_000).meta({
      env: 'AGENT_TIMEOUT',
      unit: 's',
      description: 'How long one call of an agent may take, unless the caller says otherwise.',
    }),
  })

export type DispatchSettings = zod.output<ReturnType<typeof dispatchSettings>>
