import { setTimeout as sleep } from 'node:timers/promises'
import { createOrchestrator } from '@baton/core'
import { expect, test } from 'vitest'
import { startPostgres } from '../services/postgres/start-postgres.ts'
import { withConnection } from '../services/postgres/connection.ts'
import { counted } from './faults/counted.ts'
import { quickDeskOf } from './flows/desk.ts'
import { finishOf, relays } from './flows/relay.ts'
import { Ledger, readLedger } from './ledger.ts'
import { type Place, placesOfFile } from './places.ts'
import { expectRelaysRun, names } from './relay-runs.ts'
import { rounds, sighted } from './report.ts'
import { storeAt } from './stores.ts'

const newPlace = placesOfFile()
const runs = names('run', 2_000 * rounds)
const fewestRestarts = 3

test('a database that crashes under thousands of runs loses none of them', { timeout: 120_000 * rounds }, async () => {
  await using server = await startPostgres({ own: true })
  await using database = await server.database()
  await using folder = await newPlace('sqlite')
  const place: Place = {
    ...folder,
    where: { kind: 'postgres', at: database.url },
    rows: (sql) => withConnection({ connectionString: database.url }, async (client) => (await client.query(sql)).rows),
  }
  const ledger = new Ledger(place.ledger)
  const tally = { refused: 0, failed: 0 }
  await using orchestrator = await createOrchestrator({
    workflows: [relays[1]],
    plugins: [counted(storeAt(place.where), tally)],
    provide: { desk: quickDeskOf(ledger) },
  })

  let left = runs.length
  const finished = runs.map(async (id, index) => {
    // They come one by one, so that there is something to write at every moment.
    await sleep(index * 4)
    const result = await orchestrator.run(relays[1], { run: id, holdMs: 500 + (index % 50) * 20 }, { id })
    left -= 1
    return result
  })
  let interrupting = 0
  const down: number[] = []
  while (left > 0) {
    await Promise.race([sleep(1_500), Promise.all(finished)])
    if (left === 0) break
    const failedBefore = tally.failed
    const stoppedAt = performance.now()
    await server.stop('immediate')
    await server.start()
    down.push(performance.now() - stoppedAt)
    await sleep(200)
    if (tally.failed > failedBefore) interrupting += 1
  }
  const results = await Promise.all(finished)

  expect(results.filter((result) => !result.ok || result.output.text !== finishOf(1).text)).toEqual([])
  await expectRelaysRun(place, runs, 1, readLedger(place.ledger))
  expect(interrupting).toBeGreaterThanOrEqual(fewestRestarts)
  const seen = { runs: runs.length, survived: runs.length, lost: 0, doubled: 0, recoveryMs: down }
  sighted({ fault: 'restart of PostgreSQL', faults: interrupting, ...seen })
})
