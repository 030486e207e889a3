import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { packageNamed } from './package-named.ts'
import { mustRun, run } from './run.ts'

const { nodes } = inject('toolbox')
const { folder } = packageNamed('@baton/adapters-sqlite')
const baton = join(folder, 'node_modules/@baton/store-kysely/dist/bin/baton.js')

describe.each(Object.entries(nodes))('under Node %s', (major, node) => {
  test('runs are kept in a file, by whoever imports and by whoever requires', () => {
    const file = join(folder, `runs-${major}.db`)
    const program = join(folder, 'consumers/keeps-runs.mjs')
    expect(mustRun(node, [program, 'import', file], folder).trim()).toBe('1')
    expect(mustRun(node, [program, 'require', file], folder).trim()).toBe('2')
  })
})

test('the command line makes the tables, tells of them, and takes them back', () => {
  const file = join(folder, 'made.db')
  const migrate = (...words: string[]) =>
    mustRun(process.execPath, [baton, 'migrate', ...words, '--database', file], folder)
  expect(run(process.execPath, [baton, 'migrate', 'status', '--database', file], folder)).toMatchObject({ status: 1 })
  expect(migrate('up')).toMatch(/^done/)
  expect(migrate('status')).toMatch(/^done/)
  expect(run(process.execPath, [baton, 'migrate', 'down', '--database', file], folder)).toMatchObject({ status: 2 })
  expect(migrate('down', '--yes')).toMatch(/^taken back/)
  expect(migrate('status')).toMatch(/^pending/)
})

test('npm links the command, and it prints the statements of both dialects', () => {
  const linked = join(folder, 'node_modules/.bin', process.platform === 'win32' ? 'baton.cmd' : 'baton')
  expect(existsSync(linked)).toBe(true)
  expect(mustRun(linked, ['migrate', 'print', '--dialect', 'sqlite'], folder)).toMatch('autoincrement')
  expect(mustRun(linked, ['migrate', 'print', '--dialect', 'postgres'], folder)).toMatch('timestamptz')
})

test('an adapter that is not installed is named, with what to do', () => {
  const { status, stderr } = run(process.execPath, [baton, 'migrate', 'status', '--database', 'postgres://h/d'], folder)
  expect([status, stderr]).toEqual([1, expect.stringContaining('npm install @baton/adapters-postgres')])
})
