import type { DatabaseSync as Opened } from 'node:sqlite'
import type { SqliteDatabase } from './database.js'
import { executorOf, type Request } from './executor.js'

/** What the thread is told when it starts. */
export interface ThreadData {
  readonly file: string
  /** The statements with which every connection begins. */
  readonly opening: readonly string[]
}

/** What the thread answers. */
export interface Answer {
  readonly id: number
  readonly value?: ReturnType<ReturnType<typeof executorOf>> | undefined
  readonly error?: { readonly message: string; readonly errcode: number | undefined; readonly code: string | undefined }
}

/**
 * What the thread does: opens the file, and answers. `worker-program.ts` is made of it, and of nothing but what it imports:
 * `vitest run --project stores test/stores/sqlite/worker-program.test.ts -u` makes it anew.
 */
export function serve(): void {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads')
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const { file, opening } = workerData as ThreadData
  let execute: ReturnType<typeof executorOf> | undefined
  let db: Opened | undefined

  function opened(): ReturnType<typeof executorOf> {
    if (execute !== undefined) return execute
    const fresh = new DatabaseSync(file, { timeout: 0 })
    try {
      for (const sql of opening) fresh.exec(sql)
    } catch (error) {
      fresh.close()
      throw error
    }
    db = fresh
    return (execute = executorOf(fresh as unknown as SqliteDatabase))
  }

  parentPort?.on('message', ({ id, request }: { id: number; request: Request | 'close' }) => {
    try {
      if (request === 'close') db?.close()
      parentPort.postMessage({ id, value: request === 'close' ? undefined : opened()(request) } satisfies Answer)
    } catch (error) {
      const { message, errcode, code } = error as { message: string; errcode?: number; code?: string }
      parentPort.postMessage({ id, error: { message, errcode, code } } satisfies Answer)
    }
  })
}
