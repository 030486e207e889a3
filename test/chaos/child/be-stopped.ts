import { createOrchestrator } from '@baton/core'
import { counted, type Tally } from '../faults/counted.ts'
import { quickDeskOf } from '../flows/desk.ts'
import { relays } from '../flows/relay.ts'
import { Ledger } from '../ledger.ts'
import { storeAt, type Where } from '../stores.ts'

/** What a process is told that is to be stopped and let go on. */
export interface StoppedOrder {
  readonly where: Where
  readonly ledger: string
  readonly leaseMs: number
  readonly holdMs: number
  /** Runs of the version that others hold too, and of the one that only this process holds. */
  readonly taken: readonly string[]
  readonly own: readonly string[]
}

/** What such a process saw. */
export interface StoppedReport extends Tally {
  /** How its runs ended, as it was told here. */
  readonly taken: readonly string[]
  readonly own: readonly unknown[]
}

/** Begins runs, all at once, waits for them and tells what became of them. */
export async function beStopped({ where, ledger: file, leaseMs, holdMs, taken, own }: StoppedOrder): Promise<void> {
  const ledger = new Ledger(file)
  const tally = { refused: 0, failed: 0 }
  const orchestrator = await createOrchestrator({
    workflows: [relays[1], relays[2]],
    plugins: [counted(storeAt(where), tally)],
    provide: { desk: quickDeskOf(ledger) },
    settings: { journal: { leaseMs } },
  })
  const run = (id: string, version: 1 | 2) => orchestrator.run(relays[version], { run: id, holdMs }, { id })
  const [ofTaken, ofOwn] = await Promise.all([
    Promise.all(taken.map((id) => run(id, 1))),
    Promise.all(own.map((id) => run(id, 2))),
  ])
  const report: StoppedReport = {
    ...tally,
    taken: ofTaken.map(({ status }) => status),
    own: ofOwn.map((result) => (result.ok ? result.output : result)),
  }
  await orchestrator.close()
  console.log(JSON.stringify(report))
}
