import { Worker } from 'node:worker_threads'
import type { SqliteResult } from '@baton/store-kysely'
import type { Channel } from './channel.js'
import { executorOf, type Request, type StatementResult } from './executor.js'

type Value = readonly SqliteResult[] | StatementResult

interface Answer {
  readonly id: number
  readonly value?: Value
  readonly error?: { readonly message: string; readonly errcode: number | undefined; readonly code: string | undefined }
}

interface Waiting {
  resolve(value: Value): void
  reject(error: Error): void
}

/** What the thread does: opens the file, and answers. It is sent there as text, so it uses nothing from outside of itself. */
function serve(makeExecutor: typeof executorOf): void {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads')
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  let execute: ((request: Request) => unknown) | undefined
  let db: import('node:sqlite').DatabaseSync | undefined
  parentPort?.on('message', ({ id, request }: { id: number; request: Request | 'close' }) => {
    try {
      if (request === 'close') {
        db?.close()
        parentPort.postMessage({ id })
        return parentPort.close()
      }
      if (execute === undefined) {
        db = new DatabaseSync(workerData.file, { timeout: 0 })
        execute = makeExecutor(db as never)
      }
      parentPort.postMessage({ id, value: execute(request) })
    } catch (error) {
      const { message, errcode, code } = error as { message: string; errcode?: number; code?: string }
      parentPort.postMessage({ id, error: { message, errcode, code } })
    }
  })
}

/**
 * A connection in a thread of its own: a commit waits for the disk there, and not here. The thread's program is part of this
 * file, so that it is found wherever a host's own build has put it.
 */
export class WorkerChannel implements Channel {
  readonly #file: string
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #ids = 0

  constructor(file: string) {
    this.#file = file
  }

  send(request: Request): Promise<Value> {
    return this.#ask(request)
  }

  async close(): Promise<void> {
    if (this.#worker === undefined) return
    await this.#ask('close').catch(() => undefined)
    await this.#worker?.terminate()
  }

  #ask(request: Request | 'close'): Promise<Value> {
    const worker = (this.#worker ??= this.#start())
    const { promise, resolve, reject } = Promise.withResolvers<Value>()
    const id = ++this.#ids
    if (this.#waiting.size === 0) worker.ref()
    this.#waiting.set(id, { resolve, reject })
    worker.postMessage({ id, request })
    return promise
  }

  #start(): Worker {
    const worker = new Worker(`(${serve})(${executorOf})`, {
      eval: true,
      name: 'baton-sqlite',
      workerData: { file: this.#file },
    })
    worker.unref()
    worker.on('message', (answer: Answer) => this.#answered(answer))
    worker.on('error', (error) => this.#ended(error))
    worker.on('exit', () => this.#ended(new Error('the thread of the database has ended')))
    return worker
  }

  #answered({ id, value, error }: Answer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    // A process with nothing else to do may end; one that waits for an answer may not.
    if (this.#waiting.size === 0) this.#worker?.unref()
    if (error === undefined) waiting?.resolve(value as Value)
    else waiting?.reject(Object.assign(new Error(error.message), { errcode: error.errcode, code: error.code }))
  }

  /** What was asked is lost with the thread; the next request starts another one. */
  #ended(error: Error): void {
    this.#worker = undefined
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
