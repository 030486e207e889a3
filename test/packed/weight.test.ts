import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageNamed } from './package-named.ts'

const limit = { packages: 10, megabytes: 12 }

const modules = join(packageNamed('@baton/core').folder, 'node_modules')

test(`the core installs at most ${limit.packages} packages, itself among them`, () => {
  const lock: { packages: Record<string, unknown> } = JSON.parse(
    readFileSync(join(modules, '.package-lock.json'), 'utf8'),
  )
  const count = Object.keys(lock.packages).length
  console.log(`note: @baton/core installs ${count} packages (limit ${limit.packages})`)
  expect(count).toBeLessThanOrEqual(limit.packages)
})

test(`the core installs at most ${limit.megabytes} MB`, () => {
  const bytes = readdirSync(modules, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
  console.log(`note: @baton/core installs ${(bytes / 1e6).toFixed(1)} MB (limit ${limit.megabytes})`)
  expect(bytes).toBeLessThanOrEqual(limit.megabytes * 1e6)
})
