// Runs the benches against the packages as built, each file in a process of its own, and prints one table:
//
//   npm run bench               all of them
//   npm run bench -- ask        those whose file name contains "ask"

import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { keepsTarget, table } from '../bench/harness/table.ts'
import { buildPackages } from './build/build-packages.mjs'
import { root } from './workspace.mjs'

/** @typedef {import('../bench/harness/measure.ts').Measured} Measured */

const wanted = process.argv.slice(2)
const files = globSync('bench/**/*.bench.ts', { cwd: root })
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .toSorted()

if (files.length === 0) {
  console.error(
    `There is no bench/*.bench.ts${wanted.length > 0 ? ` with "${wanted.join('" or "')}" in its name` : ''}.`,
  )
  process.exit(1)
}
if (!(await buildPackages({ onStart: () => console.error('Building the packages …') }))) process.exit(1)

/** @type {Measured[]} */
const measured = files.map((file) => {
  console.error(`Measuring ${file} …`)
  const harness = join(root, 'bench/harness/run-file.ts')
  const { status, stdout } = spawnSync(process.execPath, ['--expose-gc', harness, join(root, file)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) {
    console.error(`${file} failed.`)
    process.exit(1)
  }
  return JSON.parse(stdout)
})

console.log(`\nNode ${process.versions.node}, ${process.platform}-${process.arch}\n\n${table(measured)}`)
process.exitCode = measured.every(({ floor, cases }) => cases.every((each) => keepsTarget(each, floor))) ? 0 : 1
