// Builds every published package: declarations by tsc, ESM and CommonJS by tsup. Does nothing when nothing has changed;
// `--force` builds anyway.

import { buildPackages } from './build/build-packages.mjs'

const startedAt = performance.now()
let didBuild = false
const ok = await buildPackages({ force: process.argv.includes('--force'), onStart: () => (didBuild = true) })
if (ok)
  console.log(
    didBuild
      ? `built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`
      : 'nothing has changed since the last build',
  )
process.exitCode = ok ? 0 : 1
