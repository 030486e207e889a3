import { setTimeout as sleep } from 'node:timers/promises'
import type { Orchestrator, RunHandle, RunResult } from '@baton/core'
import { effectsOf, type Ledger, readLedger } from '../ledger.ts'
import { approval, drift, errand, orderOf, voyage, watch } from './voyage.ts'

/** What clients of an orchestrator do, all of it; they do it again when they cannot know whether it was done. */
export interface Plan {
  readonly voyages: readonly string[]
  readonly drifts: readonly string[]
  /** Runs of one session, in this order. */
  readonly watches: readonly string[]
  readonly dozeMs?: number
  readonly errands: readonly string[]
  readonly pauseMs: number
}

export const emptyPlan: Plan = { voyages: [], drifts: [], watches: [], errands: [], pauseMs: 10 }

/** How a run ended, as its client was told. */
export interface Told {
  readonly status: string
  readonly output: unknown
}

/** All runs of a plan. */
export function runsOf({ voyages, drifts, watches, errands }: Plan): readonly string[] {
  return [...voyages, ...drifts, ...watches, ...errands]
}

/** Is the clients of all runs of a plan, until all have ended; tells how. */
export async function drive(orchestrator: Orchestrator, ledger: Ledger, plan: Plan): Promise<Map<string, Told>> {
  const told = new Map<string, Told>()
  const ended = (run: string, result: RunResult) => {
    ledger.write({ what: 'ended', run, pid: process.pid })
    told.set(run, { status: result.status, output: result.ok ? result.output : undefined })
  }
  const client = new Client(orchestrator, ledger)
  await Promise.all([
    ...plan.voyages.map(async (run) => ended(run, await client.voyage(run, plan.pauseMs))),
    ...plan.drifts.map(async (run) => ended(run, await client.drift(run))),
    ...plan.errands.map(async (run) => ended(run, await client.errand(run))),
    client.watches(plan, ended),
  ])
  return told
}

class Client {
  readonly #orchestrator: Orchestrator
  readonly #ledger: Ledger

  constructor(orchestrator: Orchestrator, ledger: Ledger) {
    this.#orchestrator = orchestrator
    this.#ledger = ledger
  }

  async voyage(run: string, pauseMs: number): Promise<RunResult> {
    const handle = await this.#orchestrator.start(voyage, orderOf(run, pauseMs), { id: run })
    this.#acknowledged('started', run)
    return this.#untilEnded(handle as RunHandle, async (result) => {
      if (result.status === 'suspended') {
        await handle.signal(approval, { by: 'Ada' }, { id: `yes-${run}` })
        this.#acknowledged('signalled', run)
      } else if (result.status === 'needs-attention' && result.because === 'outcome-unknown') {
        await handle.resolve('charge', this.#wasCharged(run) ? { output: { text: 'charged fee' } } : 'retry')
      }
    })
  }

  async drift(run: string): Promise<RunResult> {
    const handle = await this.#orchestrator.start(drift, { run }, { id: run })
    this.#acknowledged('started', run)
    return this.#untilEnded(handle as RunHandle, async (result) => {
      if (result.status === 'suspended') await handle.cancel('nobody comes')
    })
  }

  async errand(run: string): Promise<RunResult> {
    const handle = await this.#orchestrator.start(errand, { run }, { id: run })
    this.#acknowledged('started', run)
    return this.#untilEnded(handle as RunHandle, async () => {})
  }

  async watches({ watches, dozeMs }: Plan, ended: (run: string, result: RunResult) => void): Promise<void> {
    const results: Promise<void>[] = []
    for (const run of watches) {
      const handle = await this.#orchestrator.start(watch, { run, dozeMs }, { id: run, session: 'bridge' })
      this.#acknowledged('started', run)
      const result = this.#untilEnded(handle as RunHandle, async () => {})
      results.push(result.then((one) => ended(run, one)))
    }
    await Promise.all(results)
  }

  /** A person looks into the world before deciding. */
  #wasCharged(run: string): boolean {
    return effectsOf(readLedger(this.#ledger.file), run).some(({ step }) => step === 'charge')
  }

  async #untilEnded(handle: RunHandle, act: (result: RunResult) => Promise<void>): Promise<RunResult> {
    for (;;) {
      const result = await handle.result()
      if (['succeeded', 'partial', 'failed', 'cancelled'].includes(result.status)) return result
      // A process that closes tells it to whoever waits there; they have to ask elsewhere.
      if (result.status === 'running' && result.because === 'host-closing') return result
      await act(result)
      await sleep(10)
    }
  }

  #acknowledged(what: 'started' | 'signalled', run: string): void {
    this.#ledger.write({ what, run, pid: process.pid })
  }
}
