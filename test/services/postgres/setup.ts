import type { TestProject } from 'vitest/node'
import type { Origin } from './place.ts'
import type { PostgresServer } from './server.ts'
import { startPostgres } from './start-postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { url: string; version: string; origin: Origin }
  }
}

/** One server for all the parts that a process runs, and how many of them use it. */
interface Shared {
  server: Promise<PostgresServer>
  users: number
}

// Each part loads this file anew, so what they share is kept where all of them see it.
const here = globalThis as { [key]?: Shared | undefined }
const key = Symbol.for('baton.test.postgres')

/** Before the tests of a part: starts a PostgreSQL, if none runs yet for another part; the last one to end stops it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = (here[key] ??= { server: startPostgres(), users: 0 })
  shared.users += 1
  const { url, version, origin, passedOver } = await shared.server
  for (const line of passedOver) console.log(`note: PostgreSQL, ${line}`)
  console.log(`note: PostgreSQL ${version}, ${origin}`)
  project.provide('postgres', { url, version, origin })
  return async () => {
    shared.users -= 1
    if (shared.users > 0) return
    here[key] = undefined
    await (await shared.server)[Symbol.asyncDispose]()
  }
}
