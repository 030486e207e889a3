import type { z as zod } from 'zod'

/** How messages wait for those who handle them. */
export const busSettings = (z: typeof zod) =>
  z.object({
    queue: z.number().int().min(1).max(100_000_000).default(10_000).meta({
      env: 'BUS_QUEUE',
      description: 'How many messages may wait for one subscription, unless it says otherwise.',
    }),
    perAgent: z.number().int().min(1).max(1_000_000).default(100).meta({
      env: 'BUS_PER_AGENT',
      description: 'How many messages over the bus one agent works on at once; further ones wait.',
    }),
    maxWaiting: z.number().int().min(0).max(100_000_000).default(10_000).meta({
      env: 'BUS_WAITING',
      description: 'How many publishers may wait for one subscription that is full.',
    }),
    deadLetters: z.number().int().min(0).max(10_000_000).default(1_000).meta({
      env: 'BUS_DEAD_LETTERS',
      description: 'How many messages that came to nothing are kept.',
    }),
    requestTimeoutMs: z.number().min(1).max(86_400_000).default(30_000).meta({
      env: 'BUS_REQUEST_TIMEOUT',
      unit: 's',
      description: 'How long a request over the bus may take, unless it says otherwise.',
    }),
  })

export type BusSettings = zod.output<ReturnType<typeof busSettings>>

/** What the bus itself goes by. */
export type LocalBusSettings = Omit<BusSettings, 'perAgent'>
