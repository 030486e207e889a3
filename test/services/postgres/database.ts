import { afterAll, inject } from 'vitest'
import type {} from './setup.ts'
import { createDatabase, type TestDatabase } from './test-database.ts'

/**
 * A new database in the server of this run, for one test: hold it with `await using`.
 */
export function freshDatabase(): Promise<TestDatabase> {
  return createDatabase(inject('postgres').url)
}

/** A new database for a whole file of tests, dropped when they are done: call it at the top of the file. */
export function databaseOfFile(): Promise<TestDatabase> {
  const database = freshDatabase()
  afterAll(async () => (await database).drop())
  return database
}
