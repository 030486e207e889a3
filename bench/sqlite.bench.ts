import { sqlite } from '@baton/adapters-sqlite'
import { createOrchestrator, orThrow } from '@baton/core'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { defineBench } from './harness/bench.ts'
import { bare, fiveAgents, question } from './persisted/five-agents.ts'

const steps = 5
const folder = mkdtempSync(join(tmpdir(), 'baton-bench-'))
const orchestrator = await createOrchestrator({
  workflows: [fiveAgents],
  plugins: [sqlite({ file: join(folder, 'ours.db'), durability: 'full' })],
})
const db = new DatabaseSync(join(folder, 'theirs.db'))
db.exec('pragma journal_mode = wal; pragma synchronous = full')
db.exec('create table step (run text, step text, out text, primary key (run, step))')
const insert = db.prepare('insert into step (run, step, out) values (?, ?, ?)')
let runs = 0

const many = (atOnce: number) => () =>
  Promise.all(Array.from({ length: atOnce }, async () => orThrow(await orchestrator.run(fiveAgents, question))))

export default defineBench({
  name: 'a step of five agents in a SQLite file that outlives a power cut',
  floor: {
    name: 'one INSERT for each step, which stops the process meanwhile',
    operations: steps,
    run: () => {
      const id = String(++runs)
      return bare(async (step, value) => insert.run(id, step, JSON.stringify(value)))
    },
  },
  cases: [
    { name: 'one run at a time', operations: steps, run: many(1), target: { ns: 200_000 } },
    {
      name: 'ten runs at once',
      operations: steps * 10,
      run: many(10),
      target: { ns: 50_000 },
      after: async () => {
        await orchestrator.close()
        db.close()
        rmSync(folder, { recursive: true })
      },
    },
  ],
})
