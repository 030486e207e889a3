import type { SqliteDatabase } from '@baton/adapters-sqlite'
import { sqlite } from '@baton/adapters-sqlite'
import { agent, bind, createOrchestrator, logger, operation, workflow } from '@baton/core'
import { RecordingLogger } from '@baton/core/testing'
import { z } from 'zod'

const any = z.any()

/** A host with workflows, whose runs are kept as the options of the plugin say. `hold` waits until it is let go. */
export async function host(options: Parameters<typeof sqlite>[0], settings: Record<string, object> = {}) {
  const held: (() => void)[] = []
  const effects: string[] = []
  const tools = agent('tools', {
    echo: operation({
      input: any,
      output: any,
      run(input, { runId, step }) {
        effects.push(`${runId} ${step}`)
        return input
      },
    }),
    hold: operation({
      input: any,
      output: any,
      run: (input) => new Promise((resolve) => held.push(() => resolve(input))),
    }),
    grow: operation({ input: any, output: any, run: (size) => 'x'.repeat(Number(size)) }),
  })
  const flow = workflow('flow', { input: any, output: any })
    .step('one', tools.echo)
    .step('two', tools.echo)
    .step('three', tools.echo)
    .output(['three'], ({ steps }) => steps.three)
  const holding = workflow('holding', { input: any, output: any })
    .step('one', tools.echo)
    .step('two', tools.hold)
    .step('three', tools.echo)
    .output(['three'], ({ steps }) => steps.three)
  const growing = workflow('growing', { input: any, output: any })
    .step('one', tools.grow)
    .step('two', tools.echo, { with: () => 'small' })
    .output(['two'], ({ steps }) => steps.two)
  const log = new RecordingLogger()
  const orchestrator = await createOrchestrator({
    workflows: [flow, holding, growing],
    plugins: [sqlite(options)],
    ports: [bind(logger, log)],
    settings,
  })
  const letGo = () => {
    for (const one of held.splice(0)) one()
  }
  return { orchestrator, flow, holding, growing, held, effects, log, letGo }
}

/** A connection of `node:sqlite` as the plugin takes it. */
export function taken(database: unknown): SqliteDatabase {
  return database as SqliteDatabase
}
