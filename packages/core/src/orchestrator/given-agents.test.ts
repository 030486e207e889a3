import { expect, it } from 'vitest'
import { z } from 'zod'
import { agent, createOrchestrator, operation, workflow } from '../index.js'

const Text = z.string()
const toolsOf = (maker: string) =>
  agent('tools', { tell: operation({ input: Text, output: Text, run: (input) => `${input} by ${maker}` }) })
const flowOf = (name: string, tools: ReturnType<typeof toolsOf>) =>
  workflow(name, { input: Text, output: Text })
    .step('tell', tools.tell)
    .output(['tell'], ({ steps }) => steps.tell)

it('refuses two agents of one name that workflows bring along', async () => {
  const workflows = [flowOf('one', toolsOf('one')), flowOf('two', toolsOf('two'))]
  await expect(createOrchestrator({ workflows })).rejects.toMatchObject({
    code: 'dispatch.duplicate_agent',
    details: { agent: 'tools' },
  })
})

it('refuses two agents of one name within one workflow', async () => {
  const flow = workflow('flow', { input: Text, output: Text })
    .step('one', toolsOf('one').tell)
    .step('two', toolsOf('two').tell)
    .output(['two'], ({ steps }) => steps.two)
  await expect(createOrchestrator({ workflows: [flow] })).rejects.toMatchObject({ code: 'dispatch.duplicate_agent' })
})

it('takes one agent that several workflows bring along', async () => {
  const tools = toolsOf('both')
  const [one, two] = [flowOf('one', tools), flowOf('two', tools)]
  await using orchestrator = await createOrchestrator({ workflows: [one, two] })
  expect(await orchestrator.run(one, 'told')).toMatchObject({ output: 'told by both' })
  expect(await orchestrator.run(two, 'told')).toMatchObject({ output: 'told by both' })
})

it('has an agent that is given itself take the place of those that workflows know', async () => {
  const [one, two] = [flowOf('one', toolsOf('one')), flowOf('two', toolsOf('two'))]
  await using orchestrator = await createOrchestrator({ agents: [toolsOf('the host')], workflows: [one, two] })
  expect(await orchestrator.run(one, 'told')).toMatchObject({ output: 'told by the host' })
  expect(await orchestrator.run(two, 'told')).toMatchObject({ output: 'told by the host' })
})
