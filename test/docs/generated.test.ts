import { z } from 'zod'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../tools/workspace.mjs'
import { exportsMadeBy, referencePages, settingsSections, shippedPlugins } from './reference.ts'

const pages = await referencePages()

test.each([...pages])('%s is as the source has it', (path, text) => {
  const file = join(root, path)
  const written = existsSync(file) ? readFileSync(file, 'utf8') : ''
  expect(written, 'Run `npm run docs` to write it anew').toBe(text)
})

test('no failure code is declared twice', async () => {
  const registries = await exportsMadeBy('declareFailures')
  const codes = registries.flatMap(({ value }) => Object.keys((value as { kinds: object }).kinds))
  expect(codes.length).toBeGreaterThan(0)
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([])
})

test('the failures of every package that has some are told', () => {
  const headings = pages.get('docs/failures.md')?.match(/^## .*$/gm)
  expect(headings).toEqual(expect.arrayContaining(['## @baton/store-kysely', '## @baton/adapters-postgres']))
})

test('the options of every plugin that ships are told, with their variables', async () => {
  const plugins = await shippedPlugins()
  expect(plugins.map(({ plugin }) => plugin.name)).toEqual(expect.arrayContaining(['postgres', 'sqlite']))
  const page = pages.get('docs/configuration.md') ?? ''
  for (const { plugin } of plugins) {
    for (const option of Object.keys((plugin.options.schema as z.ZodObject | undefined)?.shape ?? {})) {
      expect(page).toContain(`| \`${plugin.name}({ ${option} })\` |`)
    }
  }
  expect(page).toContain('| `ORCHESTRATOR_SQLITE_FILE` |')
})

test('the settings of every room are gathered', async () => {
  const gathered = (await settingsSections()).map(({ schema }) => Object.keys((schema as z.ZodObject).shape).join())
  const stated = await exportsMadeBy('\\(z: typeof zod\\) =>\\s*z\\.object')
  expect(stated.length).toBeGreaterThan(0)
  const shapeOf = (make: unknown) => Object.keys((make as (zod: typeof z) => z.ZodObject)(z).shape).join()
  expect(
    stated.filter(({ value }) => !gathered.includes(shapeOf(value))).map(({ file, name }) => `${file}: ${name}`),
  ).toEqual([])
})
