import type { z as zod } from 'zod'

/** How runs are kept, and taken over from processes that are gone. */
export const journalSettings = (z: typeof zod) =>
  z.object({
    instance: z.string().min(1).max(256).optional().meta({
      env: 'INSTANCE',
      description: 'The name of this process that it has again after a restart: its runs go on at once then.',
    }),
    leaseMs: z.number().min(100).max(3_600_000).default(15_000).meta({
      env: 'RUN_LEASE',
      unit: 's',
      description:
        'How long a process may be silent before others take over its runs; it is renewed three times as often.',
    }),
    keepEndedMs: z.number().min(0).max(7_200_000_000_000).optional().meta({
      env: 'KEEP_ENDED_RUNS',
      unit: 'h',
      description: 'How long ended runs are kept; unless set, for ever where they are durable.',
    }),
    maxTakeovers: z.number().int().min(1).max(1_000).default(5).meta({
      env: 'MAX_TAKEOVERS',
      description:
        'How often a run is taken over, without waiting for anything in between, before a person has to look at it.',
    }),
  })

export type JournalSettings = zod.output<ReturnType<typeof journalSettings>>
