import { Worker } from 'node:worker_threads'
import { storeFailure, type SqliteResult } from '@baton/store-kysely'
import type { Channel } from './channel.js'
import type { Request, StatementResult } from './executor.js'
import { workerProgram } from './worker-program.js'
import type { Answer, ThreadData } from './worker-program-source.js'

type Value = readonly SqliteResult[] | StatementResult

interface Waiting {
  readonly resolve: (value: Value) => void
  readonly reject: (error: Error) => void
}

/**
 * A connection in a thread of its own: a commit waits for the disk there, and not here. The thread's program is a text in this
 * package, so that it is found, and is what it was, whatever a host's own build makes of the rest.
 */
export class WorkerChannel implements Channel {
  readonly #data: ThreadData
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #ids = 0
  #life = 0
  #isClosed = false

  constructor(data: ThreadData) {
    this.#data = data
  }

  get life(): number {
    return this.#life
  }

  async send(request: Request): Promise<Value> {
    if (this.#isClosed)
      throw storeFailure('store.closed', { doing: 'answer', because: 'the file was closed with its orchestrator' })
    return this.#ask(request)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const worker = this.#worker
    if (worker === undefined) return
    await this.#ask('close').catch(() => undefined)
    // The file is closed: nobody need wait until the thread is gone.
    void worker.terminate()
    worker.unref()
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
    const worker = new Worker(workerProgram, { eval: true, name: 'baton-sqlite', workerData: this.#data })
    worker.unref()
    worker.on('message', (answer: Answer) => this.#answered(answer))
    worker.on('error', (error) => this.#ended(worker, error))
    worker.on('exit', () => this.#ended(worker))
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

  /** What was asked is lost with the thread; the next request starts another one. It is told twice of one that failed. */
  #ended(worker: Worker, cause?: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#life++
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of waiting) reject(gone('the thread of the database has ended', cause))
  }
}

function gone(because: string, cause?: unknown): Error {
  return storeFailure('store.unavailable', { doing: 'answer', because }, cause)
}
