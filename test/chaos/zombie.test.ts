import { setTimeout as sleep } from 'node:timers/promises'
import { createOrchestrator } from '@baton/core'
import { expect, test, vi } from 'vitest'
import type { StoppedReport } from './child/be-stopped.ts'
import { type Child, startChild } from './children.ts'
import { quickDeskOf } from './flows/desk.ts'
import { finishOf, relays } from './flows/relay.ts'
import { effectsOf, Ledger, readLedger } from './ledger.ts'
import { type Place, placesOfFile } from './places.ts'
import { expectRelaysRun, names } from './relay-runs.ts'
import { sighted } from './report.ts'
import { type Kind, storeAt } from './stores.ts'

const newPlace = placesOfFile()
const leaseMs = 1_000
const holdMs = 1_200
const [taken, own] = [names('taken', 20), names('own', 10)]

const everything = `select s.*, r.key, r.kind, r.body, r.no as number, r.at from orchestrator_workflow_states s
  left join orchestrator_agent_results r on r.run = s.no where s.version = 1 order by s.no, r.no`

test.each<Kind>(['sqlite', 'postgres'])(
  'on %s, a process that slept through its lease changes no run that was taken over, and goes on with its others',
  async (kind) => {
    await using place = await newPlace(kind)
    const { where, ledger } = place
    await using child = startChild({ be: 'stopped', where, ledger, leaseMs, holdMs, taken, own })
    await vi.waitFor(() => expect(inTheMidst(ledger)).toBe(taken.length + own.length), { timeout: 20_000, interval: 5 })
    await stop(child, place)

    await using other = await createOrchestrator({
      workflows: [relays[1]],
      plugins: [storeAt(where)],
      provide: { desk: { ...quickDeskOf(new Ledger(ledger)), hold: async () => {} } },
      settings: { journal: { leaseMs } },
    })
    const results = await Promise.all(taken.map((id) => other.attach(relays[1], id).result()))
    expect(results.map((result) => result.ok && result.output)).toEqual(taken.map(() => finishOf(1)))
    const before = await place.rows(everything)

    child.process.kill('SIGCONT')
    const ended = await child.ended
    expect({ ...ended, complained: child.complained() }).toEqual({ code: 0, signal: null, complained: '' })
    const report = JSON.parse(child.said()) as StoppedReport
    expect(report.refused).toBeGreaterThanOrEqual(taken.length)
    expect(report.own).toEqual(own.map(() => finishOf(2)))
    expect(await place.rows(everything)).toEqual(before)

    const lines = readLedger(ledger)
    // What was under way when it fell asleep is done twice, and nothing more.
    await expectRelaysRun(place, taken, 1, lines, 2)
    await expectRelaysRun(place, own, 2, lines)
    const twice = effectsOf(lines).filter(({ run, pid }) => taken.includes(run) && pid !== child.pid)
    expect(twice.map(({ step }) => step).toSorted()).toEqual(
      [...taken.map(() => 'second'), ...taken.map(() => 'third')].toSorted(),
    )
    const runs = taken.length + own.length
    sighted({ fault: `zombie, ${kind}`, faults: report.refused, runs, survived: runs, lost: 0, doubled: 0 })
  },
)

function inTheMidst(ledger: string): number {
  return effectsOf(readLedger(ledger)).filter(({ step }) => step === 'second').length
}

/** Stops a process; not while it holds the lock of a file, which a stopped process would keep from everybody. */
async function stop({ process: stopped }: Child, place: Place): Promise<void> {
  for (;;) {
    stopped.kill('SIGSTOP')
    await sleep(20)
    if (place.where.kind === 'postgres' || (await isFree(place))) return
    stopped.kill('SIGCONT')
    await sleep(20)
  }
}

async function isFree(place: Place): Promise<boolean> {
  try {
    await place.run('pragma busy_timeout = 0; begin immediate; rollback')
    return true
  } catch {
    return false
  }
}
