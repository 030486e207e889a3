import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { root } from '../../tools/workspace.mjs'
import { packageNamed } from './package-named.ts'
import { mustRun } from './run.ts'

const { nodes, typescript5, jest } = inject('toolbox')
const { folder } = packageNamed('@baton/core')
const typescript7 = join(root, 'node_modules/typescript/bin/tsc')

test.each([
  { host: 'TypeScript 7, nodenext, ESM', tsc: typescript7, type: 'module', options: { module: 'nodenext' } },
  { host: 'TypeScript 7, nodenext, CommonJS', tsc: typescript7, type: 'commonjs', options: { module: 'nodenext' } },
  {
    host: 'TypeScript 7, bundler',
    tsc: typescript7,
    type: 'module',
    options: { module: 'esnext', moduleResolution: 'bundler' },
  },
  {
    host: 'TypeScript 5.9, module: commonjs',
    tsc: typescript5,
    type: 'commonjs',
    options: { module: 'commonjs', esModuleInterop: true },
  },
])('$host: a strict consumer compiles and runs', ({ host, tsc, type, options }) => {
  const home = join(folder, host.replaceAll(/\W+/g, '-'))
  mkdirSync(home)
  cpSync(join(folder, 'consumers/strict-consumer.ts'), join(home, 'strict-consumer.ts'))
  writeFileSync(join(home, 'package.json'), JSON.stringify({ type }))
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...strictOptions, ...options } }))

  mustRun(process.execPath, [tsc, '-p', home], folder)
  expect(mustRun(process.execPath, [join(home, 'out/strict-consumer.js')], folder)).toBe(
    'About otters. true object object\n',
  )
})

test('a Jest 30 test on the CommonJS side passes', () => {
  const config = JSON.stringify({ rootDir: join(folder, 'consumers'), testMatch: ['**/*.test.cjs'], transform: {} })
  const report: { numPassedTests: number } = JSON.parse(
    mustRun(process.execPath, [jest, '--json', '--config', config], folder),
  )
  expect(report.numPassedTests).toBe(1)
})

test.each(Object.entries(nodes))('under Node %s, two copies in one process recognise each other', (_, node) => {
  expect(JSON.parse(mustRun(node, ['consumers/two-copies.mjs'], folder))).toEqual({
    areTwoCopies: true,
    importedKnowsRequired: true,
    requiredKnowsImported: true,
    ordinaryErrorIsNone: true,
  })
})

// Every strictness there is, and the declarations of libraries are checked too.
const strictOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  skipLibCheck: false,
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  rootDir: '.',
  outDir: 'out',
}
