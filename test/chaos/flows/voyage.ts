import { agent, Failure, operation, signal, workflow } from '@baton/core'
import { z } from 'zod'
import { desk } from './desk.ts'

const Asked = z.object({ run: z.string(), text: z.string() })
const Order = z.object({ run: z.string(), crates: z.array(z.string()), pauseMs: z.number() })
const Text = z.object({ text: z.string() })

const io = { needs: { desk }, input: Asked, output: Text }

/** An operation that has an effect, and says what it was asked for. */
const done = (verb: string) =>
  operation({
    ...io,
    run: async ({ run, text }, call) => {
      await call.desk.effect(run, call)
      return { text: `${verb} ${text}` }
    },
  })

const clerk = agent('clerk', {
  reserve: done('reserved'),
  charge: done('charged'),
  ship: done('shipped'),
  poll: done('polled'),
  stamp: done('stamped'),
  deliver: done('delivered'),
  notify: operation({
    ...io,
    run: async ({ run }, call) => {
      await call.desk.effect(run, call)
      throw new Failure({
        code: 'clerk.deaf',
        message: 'Nobody hears.',
        remedy: 'Shout.',
        retryable: false,
        details: {},
      })
    },
  }),
})

/** What somebody has to say before a voyage ends. */
export const approval = signal('approval', z.object({ by: z.string() }))

const customs = workflow('customs', { input: Asked, output: Text })
  .step('stamp', clerk.stamp)
  .output(['stamp'], ({ steps }) => steps.stamp)

/** A workflow with steps of every kind: each writes another kind of record. */
export const voyage = workflow('voyage', { input: Order, output: z.array(z.string()) })
  .step('reserve', clerk.reserve, { with: ({ input: { run } }) => ({ run, text: 'berth' }) })
  .step('notify', clerk.notify, {
    after: ['reserve'],
    with: ({ input: { run } }) => ({ run, text: 'crew' }),
    optional: true,
    retry: false,
  })
  .step('charge', clerk.charge, {
    after: ['reserve'],
    with: ({ input: { run } }) => ({ run, text: 'fee' }),
    atMostOnce: true,
  })
  .map('ship', {
    after: ['charge'],
    over: ({ input }) => input.crates.map((crate) => ({ run: input.run, crate })),
    run: clerk.ship,
    with: ({ run, crate }) => ({ run, text: crate }),
    key: ({ crate }) => crate,
  })
  .loop('poll', clerk.poll, {
    after: ['charge'],
    with: ({ input: { run }, round }) => ({ run, text: `tide ${round}` }),
    until: ({ text }) => text.endsWith('3'),
    max: 5,
  })
  .workflow('customs', customs, {
    after: ['ship'],
    with: ({ input: { run }, steps }) => ({ run, text: `${steps.ship.length} crates` }),
  })
  .sleep('pause', { after: ['reserve'], ms: ({ input }) => input.pauseMs })
  .waitFor('approval', approval, { after: ['customs', 'pause', 'poll'] })
  .step('deliver', clerk.deliver, {
    after: ['approval', 'notify?'],
    with: ({ input: { run }, steps }) => ({ run, text: `for ${steps.approval.by}` }),
  })
  .output(['deliver', 'ship', 'poll', 'customs', 'charge'], ({ steps }) => [
    steps.charge.text,
    ...steps.ship.map(({ text }) => text),
    steps.poll.text,
    steps.customs.text,
    steps.deliver.text,
  ])

/** What is ordered for a run. */
export function orderOf(run: string, pauseMs: number): z.infer<typeof Order> {
  return { run, crates: [`${run}-wine`, `${run}-salt`, `${run}-silk`], pauseMs }
}

/** What comes of it, whatever happens meanwhile. */
export function arrivalOf(run: string): string[] {
  const crates = ['wine', 'salt', 'silk'].map((crate) => `shipped ${run}-${crate}`)
  return ['charged fee', ...crates, 'polled tide 3', 'stamped 3 crates', 'delivered for Ada']
}

/** The effects of a voyage, by the keys of their steps. */
export function effectsOfVoyage(run: string): string[] {
  const crates = ['wine', 'salt', 'silk'].map((crate) => `ship[${run}-${crate}]`)
  return ['reserve', 'notify', 'charge', ...crates, 'poll#1', 'poll#2', 'poll#3', 'customs/stamp', 'deliver'].toSorted()
}

const Drift = z.object({ run: z.string() })

/** A workflow that ends only when it is cancelled. */
export const drift = workflow('drift', { input: Drift, output: Text })
  .step('reserve', clerk.reserve, { with: ({ input: { run } }) => ({ run, text: 'raft' }) })
  .waitFor('rescue', signal('rescue', Text))
  .output(['rescue'], ({ steps }) => steps.rescue)

/** A workflow of sessions: each run sees what the one before it has left. */
export const watch = workflow('watch', {
  input: z.object({ run: z.string(), dozeMs: z.number().default(250) }),
  output: Text,
  session: z.object({ log: z.string().default('') }),
})
  .step('reserve', clerk.reserve, { with: ({ input: { run }, session }) => ({ run, text: `after [${session.log}]` }) })
  .sleep('doze', { ms: ({ input }) => input.dozeMs })
  .step('deliver', clerk.deliver, { with: ({ input: { run } }) => ({ run, text: run }) })
  .output(['reserve', 'deliver'], ({ steps }) => steps.reserve, {
    session: ({ input, session }) => ({ log: `${session.log}${input.run} ` }),
  })

/** A workflow that is over at once. */
export const errand = workflow('errand', { input: Drift, output: Text })
  .step('reserve', clerk.reserve, { with: ({ input: { run } }) => ({ run, text: 'seat' }) })
  .output(['reserve'], ({ steps }) => steps.reserve)
