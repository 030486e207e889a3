import type { z as zod } from 'zod'

/** How much of runs goes on side by side. */
export const workflowSettings = (z: typeof zod) =>
  z.object({
    maxRuns: z.number().int().min(1).max(10_000_000).default(10_000).meta({
      env: 'MAX_RUNS',
      description: 'How many runs one process takes over or takes in from others at once.',
    }),
    maxStepsPerRun: z.number().int().min(1).max(1_000_000).default(1_000).meta({
      env: 'MAX_STEPS_PER_RUN',
      description: 'How many steps of one run go on side by side; those beyond wait for their turn.',
    }),
    maxSteps: z.number().int().min(1).max(10_000_000).default(10_000).meta({
      env: 'MAX_STEPS',
      description: 'How many steps of all runs together go on side by side in one process.',
    }),
    maxStepsPerAgent: z.number().int().min(1).max(1_000_000).optional().meta({
      env: 'MAX_STEPS_PER_AGENT',
      description: 'How many steps go on side by side at one agent in one process. Unless set: any number.',
    }),
    parallelThreshold: z.number().int().min(1).max(1_000_000).default(2).meta({
      env: 'PARALLEL_THRESHOLD',
      description: 'Fewer steps of a run than this that could go on side by side go on one after the other.',
    }),
  })

export type WorkflowSettings = zod.output<ReturnType<typeof workflowSettings>>
