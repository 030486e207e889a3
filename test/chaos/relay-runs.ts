import { expect } from 'vitest'
import { finishOf, type RelayVersion } from './flows/relay.ts'
import { effectsOf, type Line } from './ledger.ts'
import type { Place } from './places.ts'

/** So many names of runs. */
export function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`)
}

const steps = ['first', 'second', 'third']

/** How relays stand by what the database and the ledger say. */
export interface RelayCount {
  readonly lost: number
  readonly doubled: number
}

/** Each of these relays is stored as ended, with the exact output and each record once; each effect happened once. */
export async function expectRelaysRun(
  place: Place,
  runs: readonly string[],
  version: RelayVersion,
  lines: readonly Line[],
  mostTimes = 1,
): Promise<void> {
  const heads = await place.rows('select no, id, status, version, output from orchestrator_workflow_states')
  const records = await place.rows(`select run, key, body from orchestrator_agent_results where kind = 'result'`)
  const byRun = new Map<unknown, string[]>()
  for (const { run, key } of records) byRun.set(run, [...(byRun.get(run) ?? []), String(key)])
  const byId = new Map(heads.map((head) => [head.id, head]))
  const effects = new Map<string, number>()
  for (const { run, step } of effectsOf(lines)) {
    effects.set(`${run} ${step}`, (effects.get(`${run} ${step}`) ?? 0) + 1)
  }
  const wrong = runs.filter((run) => {
    const head = byId.get(run)
    const recorded = (byRun.get(head?.no) ?? []).toSorted()
    const counts = steps.map((step) => effects.get(`${run} ${step}`) ?? 0)
    const isRight =
      head?.status === 'succeeded' &&
      Number(head.version) === version &&
      JSON.stringify(recorded) === JSON.stringify(steps) &&
      counts.every((count) => count >= 1 && count <= mostTimes)
    return !isRight
  })
  expect(wrong.map((run) => [byId.get(run), byRun.get(byId.get(run)?.no)])).toEqual([])
  const versions = new Set(
    effectsOf(lines)
      .filter(({ run }) => runs.includes(run))
      .map((effect) => effect.version),
  )
  expect([...versions]).toEqual([version])
  const thirds = await place.rows(
    `select distinct r.body from orchestrator_agent_results r join orchestrator_workflow_states s on s.no = r.run
     where r.key = 'third' and s.version = ${version}`,
  )
  expect(thirds.map(({ body }) => JSON.parse(String(body)))).toEqual([finishOf(version)])
}
