import type { z as zod } from 'zod'

/** What the orchestrator's own logger writes; a logger that the host binds decides for itself. */
export const loggingSettings = (z: typeof zod) =>
  z.object({
    level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('warn').meta({
      env: 'LOG_LEVEL',
      description: 'The least important lines that are written, to standard error.',
    }),
    structured: z.boolean().default(false).meta({
      env: 'STRUCTURED_LOGGING',
      description: 'Whether each line is one JSON object, for machines, instead of text for people.',
    }),
  })
