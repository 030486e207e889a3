import type { z as zod } from 'zod'

/** What one request may spend unless it says less. */
export const budgetSettings = (z: typeof zod) =>
  z.object({
    calls: z.number().int().min(1).max(1_000_000_000).optional().meta({
      env: 'MAX_AGENT_CALLS',
      description: 'How many calls of agents one request may make in all, retries not counted. Unless set: any number.',
    }),
    depth: z.number().int().min(0).max(10_000).default(64).meta({
      env: 'MAX_CALL_DEPTH',
      description: 'How deep calls may be nested within calls: agents that ask each other in a circle end here.',
    }),
    fanOut: z.number().int().min(1).max(1_000_000_000).optional().meta({
      env: 'MAX_FAN_OUT',
      description: 'How many calls one call may make. Unless set: any number.',
    }),
    tokens: z.number().min(0).optional().meta({
      env: 'MAX_TOKENS',
      description: 'How many tokens one request may consume, as its agents tell. Unless set: any number.',
    }),
    costUsd: z.number().min(0).optional().meta({
      env: 'MAX_COST_USD',
      description: 'How many US dollars one request may cost, as its agents tell. Unless set: any number.',
    }),
    wallMs: z.number().min(1).max(86_400_000).optional().meta({
      env: 'REQUEST_TIMEOUT',
      unit: 's',
      description: 'How long one request may take in all. Unless set: as long as its first call.',
    }),
  })
