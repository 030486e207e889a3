import { expect, test } from 'vitest'
import { byHand } from './by-hand.ts'
import { folderOfFile } from './folder.ts'
import { host } from './host.ts'
import { creation, named, open, result } from './open.ts'

const { file } = folderOfFile()
const workflows = [{ workflow: 'flow', version: 1 }]
const states = 'orchestrator_workflow_states'
const records = 'orchestrator_agent_results'

/** Three runs that are due, the second of which somebody has damaged. */
async function damaged(damage: string) {
  const path = file()
  const store = await open({ file: path })
  for (const id of ['a', 'bad', 'c']) {
    const head = { ...creation(id).head, status: 'pending', wakeInMs: 0 } as const
    await store.states.append([creation(id, { head, records: [result('one')] })])
  }
  using hand = byHand(path)
  hand.exec(`update ${states} set ${damage} where id = 'bad'`)
  const claim = (name: string, limit = 10) =>
    store.states
      .claim({ runner: { name }, leaseMs: 1, workflows, limit })
      .then(({ runs }) => runs.map(({ head }) => head.id))
  return { store, claim }
}

const damages = [
  "status = 'garbage'",
  "shape = 'garbage'",
  'shape = 1152921504606846976',
  'shape = 1.5',
  "token = 'garbage'",
  'token = 9223372036854775807',
  'takeovers = 9223372036854775807',
  "nudge = 'garbage'",
  'nudge = 1152921504606846976',
  "created_at = 'yesterday'",
  "ended_at = 'tomorrow'",
  "input = x'00ff'",
  "output = x'00ff'",
  "session_id = x'00ff'",
]

test.each(damages)('a head with %s is told to be damaged; the others are claimed', async (damage) => {
  const { store, claim } = await damaged(damage)
  const told = { code: 'store.corrupt_row', message: expect.stringMatching(/The row 2 of the runs/), retryable: false }
  await expect(store.states.read(named('bad'), { limit: 1 })).rejects.toMatchObject(told)
  // Neither as one of many, nor as the first of few, nor when it is asked for.
  expect(await claim('one', 1)).toEqual(['a'])
  expect(await claim('one', 1)).toEqual(['c'])
  const take = [named('bad'), named('a')]
  const { runs } = await store.states.claim({ runner: { name: 'two' }, leaseMs: 60_000, workflows, limit: 0, take })
  expect(runs.map(({ head }) => head.id)).toEqual(['a'])
  // It does not stand in the way of what a runner does with its others.
  const [run] = runs
  if (run === undefined) throw new Error('not claimed')
  const written = { kind: 'held', hold: run.hold, records: [result('two')] } as const
  expect(await store.states.append([written])).toMatchObject([{ accepted: true, fresh: 1 }])
})

test.each(["token = 'garbage'", 'nudge = 1152921504606846976', 'shape = 1152921504606846976'])(
  'a head that is damaged with %s while it is held fails nothing but itself',
  async (damage) => {
    const path = file()
    const { orchestrator, holding, held, letGo } = await host({ file: path }, { journal: { leaseMs: 300 } })
    const good = orchestrator.run(holding, 'good', { id: 'good' })
    void orchestrator.run(holding, 'bad', { id: 'bad' })
    await expect.poll(() => held.length).toBe(2)
    using hand = byHand(path)
    hand.exec(`update ${states} set ${damage} where id = 'bad'`)
    letGo()
    expect((await good).status).toBe('succeeded')
    const from = hand.one('select max(lease_until) as until from orchestrator_runners').until
    // It goes on to renew its lease, and takes new runs.
    const renewed = () => hand.one('select max(lease_until) as until from orchestrator_runners').until
    await expect.poll(renewed, { timeout: 5_000 }).not.toBe(from)
    const later = orchestrator.run(holding, 'later', { id: 'later' })
    await expect.poll(() => held.length).toBe(1)
    letGo()
    expect((await later).status).toBe('succeeded')
    await orchestrator.close()
  },
)

test.each([
  ["kind = 'garbage'", /is no kind of record/],
  ["attempt = 'garbage'", /its attempt is no whole number/],
  ["body = x'00ff'", /its body is no text/],
])('a record with %s is told to be damaged, by its table and row', async (damage, because) => {
  const path = file()
  const store = await open({ file: path })
  await store.states.append([creation('a', { records: [result('one')] }), creation('b', { records: [result('one')] })])
  using hand = byHand(path)
  hand.exec(`update ${records} set ${damage} where no = 1`)
  const reading = store.states.read(named('a'), { limit: 10 })
  await expect(reading).rejects.toMatchObject({ code: 'store.corrupt_row', message: expect.stringMatching(because) })
  await expect(reading).rejects.toThrow(/The row 1 of the records/)
  expect((await store.states.read(named('b'), { limit: 10 }))?.records).toHaveLength(1)
})

test('a run with a damaged record is not gone on with; its neighbours are', async () => {
  const path = file()
  const first = await host({ file: path })
  for (const id of ['a', 'bad', 'c']) void first.orchestrator.run(first.holding, id, { id })
  await expect.poll(() => first.held.length).toBe(3)
  await first.orchestrator.close({ drainMs: 0 })
  using hand = byHand(path)
  hand.exec(`update ${records} set kind = 'garbage' where run = (select no from ${states} where id = 'bad')`)
  const next = await host({ file: path })
  await expect.poll(() => next.held.length).toBe(2)
  next.letGo()
  for (const id of ['a', 'c']) {
    expect((await next.orchestrator.attach(next.holding, id).result()).status).toBe('succeeded')
  }
  await expect(next.orchestrator.attach(next.holding, 'bad').result()).rejects.toMatchObject({
    code: 'store.corrupt_row',
  })
  const told = next.log.lines.filter(({ level }) => level === 'error')
  expect(JSON.stringify(told)).toContain('bad')
  await next.orchestrator.close()
})

test('a damaged row of a runner does not keep others from claiming', async () => {
  const path = file()
  const store = await open({ file: path })
  await store.states.claim({ runner: { name: 'gone' }, leaseMs: 1, workflows, limit: 1 })
  await store.states.append([creation('a', { runner: 'gone' })])
  using hand = byHand(path)
  hand.exec('update orchestrator_runners set pid = 1152921504606846976, lease_until = 1152921504606846976')
  const head = { ...creation('b').head, status: 'pending', wakeInMs: 0 } as const
  await store.states.append([creation('b', { head })])
  const { runs } = await store.states.claim({ runner: { name: 'me' }, leaseMs: 1_000, workflows, limit: 9 })
  expect(runs.map(({ head: { id } }) => id)).toEqual(['b'])
})

test('what a runner holds is found beside a damaged row; a page for people tells of it', async () => {
  const path = file()
  const store = await open({ file: path })
  await store.states.append(['a', 'bad', 'c'].map((id) => creation(id)))
  using hand = byHand(path)
  hand.exec(`update ${states} set shape = 'garbage' where id = 'bad'`)
  const pages: string[] = []
  let after: string | undefined
  do {
    const page = await store.states.list({ runner: 'me', limit: 1, after })
    pages.push(...page.heads.map(({ id }) => id))
    after = page.next
  } while (after !== undefined)
  expect(pages).toEqual(['c', 'a'])
  await expect(store.states.list({ limit: 10 })).rejects.toMatchObject({
    code: 'store.corrupt_row',
    message: expect.stringContaining('The row 2 of the runs'),
  })
})
