// A process of its own that owns one server: whatever becomes of the process that asked for it, and be it SIGKILL, the
// pipe between the two is closed then; and the server is stopped, and its files are removed.

import { Cluster } from './cluster.ts'
import type { Question, Said } from './guardian-messages.ts'

let cluster: Cluster | undefined
let work: Promise<void> = Promise.resolve()
let launches = 0
let isEnding = false

process.on('message', (question: Question) => {
  work = work.then(async () => {
    try {
      say({ id: question.id, answer: await answer(question) })
    } catch (error) {
      say({ id: question.id, failed: (error as Error).message })
    }
  })
})
process.on('disconnect', end)
// The server's account has to get at what is made here, whatever the one who started us keeps to himself.
process.umask(0o022)
// Nobody may be there to read what goes wrong.
process.stderr.on('error', () => {})
process.on('uncaughtException', (error) => {
  console.error(error)
  end()
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)

async function answer(question: Question): Promise<object> {
  if (question.name === 'create') {
    cluster = new Cluster()
    await cluster.create(question.binaries, question.password, question.settings)
    const { folder, dataFolder, logFile } = cluster
    return { folder, dataFolder, logFile }
  }
  if (cluster === undefined) throw new Error('there is no data folder yet')
  if (question.name === 'start') {
    const launch = (launches += 1)
    return { launch, ...(await cluster.start(question.port, () => say({ exited: launch }))) }
  }
  await cluster.stop(question.mode)
  return {}
}

function say(said: Said): void {
  // Between the last look and the writing the other side may end, which is the same as having ended before.
  if (process.connected) process.send?.(said, undefined, undefined, () => {})
}

function end(): void {
  if (isEnding) return
  isEnding = true
  work = work
    .then(() => cluster?.remove())
    .then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
}
