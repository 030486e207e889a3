// Runs a workflow whose runs are kept in a file, loaded as its first argument says: by `import` or by `require`.
import { createRequire } from 'node:module'

const [how, file] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const load = (name) => (how === 'require' ? require(name) : import(name))
const { agent, createOrchestrator, operation, orThrow, workflow } = await load('@baton/core')
const { sqlite } = await load('@baton/adapters-sqlite')
const { z } = await load('zod')

const Text = z.object({ text: z.string() })
const writer = agent('writer', { draft: operation({ input: Text, output: Text, run: (input) => input }) })
const article = workflow('article', { input: Text, output: Text })
  .step('draft', writer.draft)
  .output(['draft'], ({ steps }) => steps.draft)

const orchestrator = await createOrchestrator({ workflows: [article], plugins: [sqlite({ file })] })
orThrow(await orchestrator.run(article, { text: 'otters' }))
console.log((await orchestrator.runs.list()).runs.length)
await orchestrator.close()
