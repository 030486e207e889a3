import { setTimeout as sleep } from 'node:timers/promises'
import { createOrchestrator } from '@baton/core'
import { expect, test } from 'vitest'
import { startProxy } from '../services/proxy.ts'
import { counted } from './faults/counted.ts'
import { quickDeskOf } from './flows/desk.ts'
import { finishOf, relays } from './flows/relay.ts'
import { Ledger, readLedger } from './ledger.ts'
import { placesOfFile } from './places.ts'
import { expectRelaysRun, names } from './relay-runs.ts'
import { rounds, sighted } from './report.ts'
import { storeAt } from './stores.ts'

const newPlace = placesOfFile()
const runs = names('run', 300 * rounds)

test('answers that get lost between the database and a process lose no record, and store none twice', {
  timeout: 60_000 * rounds,
}, async () => {
  await using place = await newPlace('postgres')
  const { hostname, port } = new URL(place.where.at)
  await using proxy = await startProxy({ host: hostname, port: Number(port) })
  const ledger = new Ledger(place.ledger)
  const tally = { refused: 0, failed: 0 }
  await using orchestrator = await createOrchestrator({
    workflows: [relays[1]],
    plugins: [counted(storeAt({ ...place.where, at: proxy.url(place.where.at) }), tally)],
    provide: { desk: quickDeskOf(ledger) },
    settings: { journal: { leaseMs: 3_000 } },
  })
  const lost = (sql: RegExp, every: number) =>
    proxy.loseAnswers({
      every,
      when: ({ statements, hasFailed }) => !hasFailed && statements.some((one) => sql.test(one)),
    })
  const writes = lost(/o\.no::text as ref/, 2)
  const claims = lost(/lapsed as materialized/, 3)

  const finished: Promise<unknown>[] = []
  for (const id of runs) {
    finished.push(orchestrator.run(relays[1], { run: id, holdMs: 300 }, { id }))
    // A write of its own for each few: else one batch would carry them all.
    if (finished.length % 10 === 0) await sleep(20)
  }
  const results = (await Promise.all(finished)) as { readonly status: string; readonly output: unknown }[]
  writes.end()
  claims.end()

  const lines = readLedger(place.ledger)
  expect(results.map(({ output }) => output)).toEqual(runs.map(() => finishOf(1)))
  await expectRelaysRun(place, runs, 1, lines)
  // How many there are is for the load of the machine to say: the more wait, the more travel together.
  expect(writes.happened).toBeGreaterThanOrEqual(4)
  expect(tally.failed).toBeGreaterThanOrEqual(writes.happened)
  const faults = writes.happened + claims.happened
  sighted({ fault: 'lost answer', faults, runs: runs.length, survived: runs.length, lost: 0, doubled: 0 })
})
