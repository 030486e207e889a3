import { createOrchestrator } from '@baton/core'
import { type Body, stateStore, type Write } from '@baton/core/ports'
import { deskOf } from './flows/desk.ts'
import { drive, type Plan, type Told } from './flows/drive.ts'
import { drift, errand, voyage, watch } from './flows/voyage.ts'
import { Ledger } from './ledger.ts'
import type { Place } from './places.ts'
import { storeAt } from './stores.ts'

/** What came of runs that another process went on with. */
export interface Resumed {
  readonly told: ReadonlyMap<string, Told>
  readonly ms: number
}

/** Goes on in this process with whatever a killed one has left, and is the clients of all its runs. */
export async function resume(
  { where, ledger: file }: Place,
  plan: Plan,
  journal: { readonly leaseMs: number; readonly keepEndedMs?: number },
): Promise<Resumed> {
  const ledger = new Ledger(file)
  const beganAt = performance.now()
  await using orchestrator = await createOrchestrator({
    workflows: [voyage, drift, watch, errand],
    plugins: [storeAt(where)],
    provide: { desk: deskOf(ledger) },
    settings: { journal },
  })
  const told = await drive(orchestrator, ledger, plan)
  const ms = performance.now() - beganAt
  await orchestrator.close()
  ledger.close()
  return { told, ms }
}

/** Stores so many runs that ended an hour ago, a record each. */
export async function storeEnded(place: Place, count: number): Promise<void> {
  const plugins = [storeAt(place.where)]
  await using orchestrator = await createOrchestrator({ plugins, role: 'client' })
  const writes = Array.from({ length: count }, (_, index) => endedRun(`old-${index}`))
  await orchestrator.port(stateStore).append(writes)
  const anHour = place.where.kind === 'sqlite' ? '3600000' : `interval '1 hour'`
  await place.run(`update orchestrator_workflow_states set ended_at = ended_at - ${anHour}`)
}

function endedRun(id: string): Write {
  const body: Body = '{}'
  return {
    kind: 'create',
    run: { tenant: 'someone', id },
    runner: 'long gone',
    head: { workflow: 'errand', version: 1, shape: 1, input: body, status: 'running' },
    records: [{ key: 'reserve', kind: 'result', body, attempt: 1 }],
    move: { status: 'succeeded', output: body, seen: 0 },
  }
}
