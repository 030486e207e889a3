import { Worker } from 'node:worker_threads'
import { expect, test, vi } from 'vitest'
import { integrityOf } from './by-hand.ts'
import { folderOfFile } from './folder.ts'
import { host } from './host.ts'

const { file } = folderOfFile()

test('when the thread of the file ends again and again, no run fails, and each step is stored once', async () => {
  const threads = new Set<Worker>()
  // Each thread is asked not to keep the process alive when it is started.
  const spied = vi.spyOn(Worker.prototype, 'unref').mockImplementation(function (this: Worker) {
    threads.add(this)
  })
  const path = file()
  const { orchestrator, flow, effects } = await host({ file: path })
  await orchestrator.run(flow, 'first')
  for (let round = 0; round < 5; round++) {
    const runs = Array.from({ length: 20 }, (_, n) => orchestrator.run(flow, n, { id: `${round}-${n}` }))
    await Promise.resolve()
    for (const thread of threads) void thread.terminate()
    threads.clear()
    const results = await Promise.all(runs)
    expect(results.filter(({ status }) => status !== 'succeeded')).toEqual([])
  }
  expect(effects.length).toBe(303)
  spied.mockRestore()
  await orchestrator.close()
  expect(integrityOf(path)).toBe('ok')
})
