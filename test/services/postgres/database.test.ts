import { expect, inject, test } from 'vitest'
import { withConnection } from './connection.ts'
import { databaseOfFile, freshDatabase } from './database.ts'

const { url, name } = await databaseOfFile()

const currentDatabase = (connectionString: string) =>
  withConnection({ connectionString }, (client) => client.query('select current_database() as name')).then(
    ({ rows }) => rows[0].name,
  )

test('a file of tests has a database', async () => {
  expect(await currentDatabase(url)).toBe(name)
  expect(new URL(url).port).toBe(new URL(inject('postgres').url).port)
})

test('a test has one of its own', async () => {
  await using database = await freshDatabase()
  expect(await currentDatabase(database.url)).toBe(database.name)
  expect(database.name).not.toBe(name)
})
