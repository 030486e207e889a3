import assert from 'node:assert/strict'
import type { RunnerInfo } from '../../../ports/index.js'
import { lapseMs, storeCase, type Workbench } from './workbench.js'

/** A pid that no operating system gives. */
const noProcess = 999_999_999

/** Asserts that a runner that retires others takes nothing of an earlier one, whose lease lasts. */
async function leavesAlone(
  bench: Workbench,
  earlier: Omit<RunnerInfo, 'name'>,
  next: Omit<RunnerInfo, 'name'>,
): Promise<void> {
  const run = bench.run()
  await bench.create(run)
  const [first, second] = [bench.runnerNamed(`first of ${run.id}`), bench.runnerNamed(`second of ${run.id}`)]
  assert.deepEqual(await bench.claimed('', { runner: { ...earlier, name: first } }), [run.id])
  assert.deepEqual(await bench.claimed('', { runner: { ...next, name: second }, retire: true }), [])
}

/** Whose leases a claim ends when it retires earlier runners. */
export const retiringCases = [
  storeCase('to retire ends the leases of earlier runners of the same instance', async (bench) => {
    const instance = `instance of ${bench.runner}`
    await bench.create(bench.run('held by the first'))
    await bench.claim('a', { runner: { name: bench.runnerNamed('first'), instance } })
    const next = { name: bench.runnerNamed('second'), instance }
    assert.deepEqual(await bench.claimed('a', { runner: next }), [])
    assert.deepEqual(await bench.claimed('a', { runner: next, retire: true }), ['held by the first'])
  }),
  storeCase('to retire leaves the leases of other instances alone', async (bench) => {
    for (const [index, name] of ['of another', 'of none'].entries()) {
      await bench.create(bench.run(name))
      const instance = index === 0 ? `another instance of ${bench.runner}` : undefined
      assert.deepEqual(await bench.claimed('a', { runner: { name: bench.runnerNamed(name), instance } }), [name])
    }
    const next = { name: bench.runnerNamed('next'), instance: `instance of ${bench.runner}` }
    assert.deepEqual(await bench.claimed('a', { runner: next, retire: true }), [])
    assert.deepEqual(await bench.claimed('a', { runner: { name: bench.runnerNamed('last') }, retire: true }), [])
  }),
  storeCase('to retire earlier runners leaves the lease of who does it', async (bench) => {
    await bench.create(bench.run('mine'))
    const runner = { name: bench.runnerNamed('a'), instance: `instance of ${bench.runner}` }
    assert.deepEqual(await bench.claimed('a', { runner, retire: true }), ['mine'])
    await bench.advance(lapseMs)
    assert.deepEqual(await bench.claimed('b'), [])
  }),
  storeCase('to retire leaves other instances of the same host alone', async (bench) => {
    const host = `host of ${bench.runner}`
    const [one, another, third] = ['one', 'another', 'third'].map((name) => `${name} instance of ${bench.runner}`)
    await leavesAlone(bench, { host, instance: another }, { host, instance: one })
    await leavesAlone(bench, { host }, { host, instance: one })
    await leavesAlone(bench, { host, instance: third }, { host })
  }),
  storeCase('to retire leaves runners of the same host alone whose process lives', async (bench) => {
    const earlier = { host: `host of ${bench.runner}`, pid: process.pid }
    await leavesAlone(bench, earlier, earlier)
    const [one, another] = ['one', 'another'].map((name) => `${name} instance of ${bench.runner}`)
    await leavesAlone(bench, { ...earlier, instance: another }, { ...earlier, instance: one })
  }),
  storeCase('to retire leaves runners of other hosts alone, whatever runs under their pid here', async (bench) => {
    const host = `host of ${bench.runner}`
    for (const other of [`another ${host}`, undefined]) {
      await leavesAlone(bench, { host: other, pid: noProcess }, { host, pid: process.pid })
      await leavesAlone(bench, { host: other, pid: noProcess }, { pid: process.pid })
    }
  }),
]
