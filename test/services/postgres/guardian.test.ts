import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Client } from 'pg'
import { expect, test, vi } from 'vitest'

const starter = pathToFileURL(`${import.meta.dirname}/start-postgres.ts`).href

/** A process that has started a server, and does with it what else its program says. */
async function parent(program = 'setInterval(() => {}, 1000)') {
  const words = `import { startPostgres } from '${starter}'
    const { url, pid, dataFolder } = await startPostgres({ own: true })
    console.log(JSON.stringify({ url, pid, dataFolder }))
    ${program}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
  const server: { url: string; pid: number; dataFolder: string } = JSON.parse(line)
  return { child, server }
}

async function expectNothingLeft({ pid, dataFolder }: { pid: number; dataFolder: string }): Promise<void> {
  await vi.waitFor(
    () => {
      expect(() => process.kill(pid, 0)).toThrow('ESRCH')
      expect(existsSync(dirname(dataFolder))).toBe(false)
    },
    { timeout: 20_000, interval: 50 },
  )
}

function exitOf(child: ChildProcess): Promise<unknown[]> {
  return child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve([child.exitCode])
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s of the parent ends the server', async (signal) => {
  const { child, server } = await parent()
  process.kill(server.pid, 0)
  child.kill(signal)
  await exitOf(child)
  await expectNothingLeft(server)
})

test('SIGKILL of the parent ends the server though it is at work', async () => {
  const { child, server } = await parent()
  const client = new Client({ connectionString: server.url })
  client.on('error', () => {})
  await client.connect()
  const work = client.query('select count(*) from generate_series(1, 1000000000) a').catch((error: Error) => error)
  child.kill('SIGKILL')
  await expectNothingLeft(server)
  expect(await work).toBeInstanceOf(Error)
})

test('a parent that forgets its server ends all the same', async () => {
  const { child, server } = await parent('')
  expect(await exitOf(child)).toContain(0)
  await expectNothingLeft(server)
})
