import { createOrchestrator } from '@baton/core'
import { type Hold, isFailure, stateStore, type StateStore, type Write } from '@baton/core/ports'
import { expect, test } from 'vitest'
import { quickDeskOf } from './flows/desk.ts'
import { relays } from './flows/relay.ts'
import { Ledger } from './ledger.ts'
import { type Place, placesOfFile } from './places.ts'
import { sighted } from './report.ts'
import { type Kind, storeAt } from './stores.ts'

const newPlace = placesOfFile()
const writers = 50
const attempts = 4
const run = { tenant: 'someone', id: 'the one' }

test.each<Kind>(['sqlite', 'postgres'])(
  'on %s, of fifty who write to one run, with holds true and forged, one ends it, and every record is there once',
  async (kind) => {
    await using place = await newPlace(kind)
    await using stores = await openStores(place)
    const [first] = stores.all as [StateStore]
    const hold = await createRun(first)

    const accepted = await Promise.all(stores.all.map((store, writer) => write(store, writer, hold)))
    const ends = accepted.filter(({ hasEnded }) => hasEnded)
    expect(ends).toHaveLength(1)

    const page = await first.read(run, { limit: 1_000 })
    expect(page?.head).toMatchObject({ status: 'succeeded', token: 2, output: ends[0]?.output })
    const keys = page?.records.map(({ key }) => key) ?? []
    expect(keys.toSorted()).toEqual(accepted.flatMap((one) => one.keys).toSorted())
    expect(new Set(keys).size).toBe(keys.length)
    // Who ends it has written all of his before; of the others as many as came in time.
    expect(keys.length).toBeGreaterThan(2 * attempts)
    expect(accepted.flatMap(({ forged }) => forged)).toEqual([])
    sighted({ fault: `fifty writers, ${kind}`, faults: writers - 1, runs: 1, survived: 1, lost: 0, doubled: 0 })
  },
)

async function createRun(store: StateStore): Promise<Hold> {
  const head = { workflow: 'relay', version: 1, shape: 1, status: 'running' } as const
  const [outcome] = await store.append([{ kind: 'create', run, runner: 'creator', head, records: [] }])
  if (!outcome?.accepted || outcome.hold === undefined) throw new Error('the run was not created')
  return outcome.hold
}

/** Writes as one of many: records and an end under the true hold, others under forged ones, and signals. */
async function write(store: StateStore, writer: number, hold: Hold) {
  const keys: string[] = []
  const forged: unknown[] = []
  let hasEnded = false
  const record = (key: string) => ({ key, kind: 'result', body: `"${writer}"`, attempt: 1 }) as const
  const send = async (one: Write): Promise<boolean> => {
    try {
      return (await store.append([one]))[0]?.accepted === true
    } catch (error) {
      // Whoever waited too long behind the others asks again: nothing of it was stored.
      if (isFailure(error) && error.code === 'store.blocked') return send(one)
      throw error
    }
  }
  for (let attempt = 0; attempt < attempts; attempt++) {
    const name = `${writer}-${attempt}`
    if (await send({ kind: 'held', hold, records: [record(`held-${name}`)] })) keys.push(`held-${name}`)
    const signal = { ...record(`signal:${name}`), kind: 'signal' } as const
    if (await send({ kind: 'signal', run, record: signal })) keys.push(signal.key)
    const token = [0, 3, 4, 999][attempt] as number
    const lie = { ...hold, token }
    if (await send({ kind: 'held', hold: lie, records: [record(`forged-${name}`)] })) forged.push(lie)
  }
  const output = `"by ${writer}"`
  hasEnded = await send({
    kind: 'held',
    hold,
    records: [record(`end-${writer}`)],
    move: { status: 'succeeded', output, seen: 0 },
  })
  if (hasEnded) keys.push(`end-${writer}`)
  return { keys, forged, hasEnded, output }
}

/** A store for each writer, each with connections of its own. */
async function openStores({ where, ledger }: Place) {
  const provide = { desk: quickDeskOf(new Ledger(ledger)) }
  const open = () => createOrchestrator({ role: 'client', workflows: [relays[1]], plugins: [storeAt(where)], provide })
  const first = await open()
  const others = await Promise.all(Array.from({ length: writers - 1 }, open))
  const orchestrators = [first, ...others]
  const close = async () => void (await Promise.all(orchestrators.map((one) => one.close())))
  return { all: orchestrators.map((one) => one.port(stateStore)), [Symbol.asyncDispose]: close }
}
