import { expect, test } from 'vitest'
import type { ReadRow, StateEngine, Wanted } from './engine.js'
import { RunReader } from './read-run.js'

/** A reader of a database that reads four runs at once, and cannot read some; and what it was asked, call by call. */
function readerBut(broken: readonly string[] = []) {
  const asked: string[][] = []
  const engine: Pick<StateEngine, 'mostRead' | 'read'> = {
    mostRead: 4,
    async read(wanted: readonly Wanted[]) {
      asked.push(wanted.map(({ id }) => id))
      if (wanted.some(({ id }) => broken.includes(id)))
        throw Object.assign(new Error('it cannot be read'), { code: '22P05' })
      return wanted.map(({ tenant, id }) => (id === 'none' ? [] : [rowOf(tenant, id)]))
    },
  }
  return { reader: new RunReader(engine as StateEngine), asked }
}

function rowOf(tenant: string, id: string): ReadRow {
  const nothing = {
    session: null,
    parent: null,
    input: null,
    wake_at: null,
    ended_at: null,
    output: null,
    failure: null,
  }
  const numbers = { version: 1, shape: 1, token: 1, takeovers: 0, nudge: 0, created_at: 1 }
  const row = { ref: '1', tenant, id, workflow: 'flow', runner: 'me', status: 'running', ...numbers, ...nothing }
  return row as unknown as ReadRow
}

const all = (reader: RunReader, ids: readonly string[]) =>
  Promise.allSettled(ids.map(async (id) => (await reader.read({ tenant: 't', id }, { limit: 10 }))?.head.id))

test('runs that are asked for together are read together, each of them for who has asked', async () => {
  const { reader, asked } = readerBut()
  const found = await all(reader, ['a', 'b', 'none', 'd', 'e', 'a'])
  expect(found.map((one) => one.status === 'fulfilled' && one.value)).toEqual(['a', 'b', undefined, 'd', 'e', 'a'])
  expect(asked).toEqual([
    ['a', 'b', 'none', 'd'],
    ['e', 'a'],
  ])
  await all(reader, ['later'])
  expect(asked.at(-1)).toEqual(['later'])
})

test('one that cannot be read fails alone', async () => {
  const { reader } = readerBut(['b'])
  const found = await all(reader, ['a', 'b', 'c'])
  expect(found.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})
