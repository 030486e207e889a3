// Builds the packages if their sources are newer, then runs the examples and ends with the first exit code that is not 0.

import { fileURLToPath } from 'node:url'
import { buildPackages } from './build/build-packages.mjs'
import { runProgram } from './pinned/run-program.mjs'

process.exitCode = 1
if (await buildPackages({ onStart: () => console.error('Building the packages …') })) {
  for (const name of ['examples/start.ts', 'examples/crash.ts']) {
    console.error(`\nRunning ${name} …\n`)
    const example = fileURLToPath(new URL(`../${name}`, import.meta.url))
    process.exitCode = await runProgram(process.execPath, [example, ...process.argv.slice(2)])
    if (process.exitCode !== 0) break
  }
}
