import { createOrchestrator } from '@baton/core'
import { atHost } from '../faults/at-host.ts'
import { quickDeskOf } from '../flows/desk.ts'
import { type RelayVersion, relays } from '../flows/relay.ts'
import { Ledger } from '../ledger.ts'
import { storeAt, type Where } from '../stores.ts'

/** What a process is told that carries out what it finds. */
export interface WorkerOrder {
  readonly where: Where
  readonly ledger: string
  readonly versions: readonly RelayVersion[]
  readonly leaseMs: number
  readonly maxRuns: number
  /** How long it waits for its runs when it is told to stop. */
  readonly drainMs: number
  /** The host that it says it is on, unless this one. */
  readonly host?: string
}

/** Carries out relays until it is told to stop, or killed; says when it is ready. */
export async function beWorker(order: WorkerOrder): Promise<void> {
  const ledger = new Ledger(order.ledger)
  const store = storeAt(order.where)
  const orchestrator = await createOrchestrator({
    role: 'worker',
    workflows: order.versions.map((version) => relays[version]),
    plugins: [order.host === undefined ? store : atHost(store, order.host)],
    provide: { desk: quickDeskOf(ledger) },
    settings: { journal: { leaseMs: order.leaseMs }, workflow: { maxRuns: order.maxRuns } },
  })
  process.once('SIGTERM', () => void orchestrator.close({ drainMs: order.drainMs }).then(() => process.exit()))
  console.log('ready')
}
