import { setTimeout as sleep } from 'node:timers/promises'
import { createOrchestrator } from '@baton/core'
import { failpointOf } from '../faults/failpoints.ts'
import { KillSwitch } from '../faults/kill-switch.ts'
import { deskOf } from '../flows/desk.ts'
import { drive, type Plan } from '../flows/drive.ts'
import { drift, errand, voyage, watch } from '../flows/voyage.ts'
import { Ledger } from '../ledger.ts'
import { killingStoreAt, type Where } from '../stores.ts'

/** What a process is told that is to kill itself. */
export interface KilledOrder {
  readonly where: Where
  readonly ledger: string
  /** The name of a failpoint. */
  readonly point: string
  readonly plan: Plan
  readonly leaseMs: number
}

/** Does what there is to do, until it comes to its point; ends by itself, and is then at fault, if it does not. */
export async function beKilled({ where, ledger: file, point: name, plan, leaseMs }: KilledOrder): Promise<void> {
  const ledger = new Ledger(file)
  const point = failpointOf(name, where.kind)
  const switches = new KillSwitch(point, ledger)
  const byStatement = point.only !== undefined
  const orchestrator = await createOrchestrator({
    workflows: [voyage, drift, watch, errand],
    plugins: [killingStoreAt(where, switches, byStatement)],
    provide: { desk: deskOf(ledger, switches) },
    settings: { journal: { leaseMs, ...(point.doing === 'prune' && { keepEndedMs: 1_800_000 }) } },
  })
  const driven = drive(orchestrator, ledger, plan)
  if (point.doing === 'close') {
    await sleep(300)
    await orchestrator.close({ drainMs: 0 })
  }
  await driven
  await sleep(leaseMs < 1_000 ? leaseMs : 500)
  process.exit(3)
}
