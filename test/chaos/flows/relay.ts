import { agent, operation, workflow } from '@baton/core'
import { z } from 'zod'
import { desk } from './desk.ts'

const Asked = z.object({ run: z.string(), holdMs: z.number(), text: z.string(), version: z.number() })
const Baton = z.object({ run: z.string(), holdMs: z.number() })

const carry = operation({
  needs: { desk },
  input: Asked,
  output: z.object({ text: z.string() }),
  run: async ({ run, holdMs, text, version }, call) => {
    await call.desk.effect(run, call, version)
    await call.desk.hold(holdMs)
    return { text: `${text}${version}` }
  },
})
const runner = agent('runner', { carry })

/** One version of a workflow of three steps, of which the second takes its time. */
function relayOf(version: number) {
  return workflow('relay', { input: Baton, output: z.object({ text: z.string() }) })
    .step('first', runner.carry, { with: ({ input: { run } }) => ({ run, holdMs: 0, text: 'a', version }) })
    .step('second', runner.carry, {
      with: ({ input, steps }) => ({ ...input, text: `${steps.first.text}b`, version }),
    })
    .step('third', runner.carry, {
      with: ({ input: { run }, steps }) => ({ run, holdMs: 0, text: `${steps.second.text}c`, version }),
    })
    .output(['third'], ({ steps }) => steps.third)
    .version(version)
}

/** The versions that there are. */
export const relays = { 1: relayOf(1), 2: relayOf(2) } as const
export type RelayVersion = keyof typeof relays

/** What comes of a run of a version. */
export function finishOf(version: RelayVersion): { text: string } {
  return { text: `a${version}b${version}c${version}` }
}
