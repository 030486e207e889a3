// What becomes of a run whose process is killed: starts order.ts, kills it in mid-run, and starts it once more.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const folder = await mkdtemp(join(tmpdir(), 'baton-example-'))

/** Runs order.ts in the folder, and kills it as soon as it says a certain word. */
async function runOrder(name: string, killAt?: string): Promise<number | null> {
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const child = spawn(process.execPath, [join(import.meta.dirname, 'order.ts')], { cwd: folder, stdio: [...stdio] })
  const closed = once(child, 'close')
  for await (const line of createInterface(child.stdout)) {
    console.log(`  ${name}  ${line}`)
    if (killAt !== undefined && line.startsWith(killAt) && child.kill('SIGKILL')) console.log(`  ${name}  is killed`)
  }
  const [code] = await closed
  return code
}

console.log('An order whose process is killed while it pays; the next process goes on from what is recorded:')
try {
  await runOrder('process 1', 'pay')
  process.exitCode = (await runOrder('process 2')) ?? 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
