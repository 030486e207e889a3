// Builds the packages if their sources are newer, then runs the first example and ends with its exit code.

import { fileURLToPath } from 'node:url'
import { buildPackages } from './build/build-packages.mjs'
import { runProgram } from './pinned/run-program.mjs'

const example = fileURLToPath(new URL('../examples/start.ts', import.meta.url))

if (await buildPackages({ onStart: () => console.error('Building the packages …') })) {
  console.error('Running examples/start.ts …\n')
  process.exitCode = await runProgram(process.execPath, [example, ...process.argv.slice(2)])
} else {
  process.exitCode = 1
}
