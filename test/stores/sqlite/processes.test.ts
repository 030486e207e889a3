import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { byHand, integrityOf } from './by-hand.ts'
import { folderOfFile } from './folder.ts'
import { buildProgram } from './processes/child.ts'

const { folder, file } = folderOfFile()
const start = await buildProgram(folder)

/** Each effect, without who did it, and how often it was done. */
function effectsIn(effects: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of readFileSync(effects, 'utf8').trim().split('\n')) {
    const [run, step] = line.split(' ')
    counts.set(`${run} ${step}`, (counts.get(`${run} ${step}`) ?? 0) + 1)
  }
  return counts
}

test('a process that has closed its orchestrator ends by itself, built as a host may build it', async () => {
  const path = file()
  await using child = start({ does: 'work', file: path, effects: `${path}.effects`, name: 'a' })
  await child.says('done')
  expect(await child.ended).toBe(0)
})

test('in virtual time a file is waited for as anything real is', async () => {
  await using child = start({ does: 'rehearse', file: file() })
  await child.says('done')
  expect(await child.ended).toBe(0)
})

test('two processes share a file: each run is done, each of its effects once', async () => {
  const path = file()
  const effects = `${path}.effects`
  await using one = start({ does: 'work', file: path, effects, name: 'a', count: 100 })
  await using other = start({ does: 'work', file: path, effects, name: 'b', count: 100 })
  await Promise.all([one.says('done'), other.says('done')])
  expect([await one.ended, await other.ended]).toEqual([0, 0])
  const counts = effectsIn(effects)
  expect(counts.size).toBe(400)
  expect([...counts].filter(([, count]) => count !== 1)).toEqual([])
  expect(integrityOf(path)).toBe('ok')
})

test('what a killed process had under way goes on at once in one that starts on the same host', async () => {
  const path = file()
  const effects = `${path}.effects`
  const stuck = start({ does: 'stick', file: path, effects, name: 'a', count: 20 })
  await stuck.says('in two')
  using hand = byHand(path)
  const begun = "select count(*) as n from orchestrator_agent_results where key = 'one'"
  await expect.poll(() => hand.one(begun).n).toBe(20)
  await stuck.kill()
  const from = performance.now()
  await using next = start({ does: 'recover', file: path, effects, name: 'a', count: 20 })
  await next.says('done')
  // A lease lasts for 15 seconds.
  expect(performance.now() - from).toBeLessThan(10_000)
  const counts = effectsIn(effects)
  expect([...counts.keys()].filter((key) => key.endsWith('three')).length).toBe(20)
  expect([...counts].filter(([, count]) => count !== 1)).toEqual([])
  expect(integrityOf(path)).toBe('ok')
})

test('ten processes that start at once on a new file make its tables once', async () => {
  const path = file()
  const children = Array.from({ length: 10 }, () => start({ does: 'migrate', file: path }))
  await Promise.all(children.map((one) => one.says('ready')))
  for (const one of children) one.tell('go')
  await Promise.all(children.map((one) => one.says('done')))
  expect(await Promise.all(children.map(({ ended }) => ended))).toEqual(Array(10).fill(0))
  using hand = byHand(path)
  expect(hand.one('select count(*) as n from orchestrator_migrations')).toEqual({ n: 1 })
  expect(integrityOf(path)).toBe('ok')
})

test('a process that is killed half-way through changing tables leaves nothing of it behind', async () => {
  const path = file()
  const half = start({ does: 'alter', file: path })
  await half.says('half-way')
  await half.kill()
  await using next = start({ does: 'migrate', file: path })
  await next.says('ready')
  next.tell('go')
  await next.says('done')
  expect(integrityOf(path)).toBe('ok')
})
