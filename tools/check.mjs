// Runs the whole suite, or the parts that are named, and ends with a line that counts the tests:
//
//   npm test                            everything
//   node tools/check.mjs unit lint      two parts of it

import { availableParallelism, constants } from 'node:os'
import { parts } from './check/parts.mjs'
import { Report } from './check/report.mjs'
import { runPart, stopParts } from './check/run-part.mjs'
import { runAll } from './check/schedule.mjs'
import { selectParts } from './check/select-parts.mjs'

const { selected, unknown } = selectParts(parts, process.argv.slice(2))
if (unknown.length > 0) {
  console.error(`There is no part named ${unknown.join(', ')}. The parts are:\n`)
  for (const { name, says } of parts) console.error(`  ${name.padEnd(13)} ${says}`)
  process.exit(1)
}

/** @type {number | undefined} */
let stoppedWith
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    const isSecond = stoppedWith !== undefined
    stoppedWith = 128 + constants.signals[signal]
    stopParts(isSecond ? 'SIGKILL' : 'SIGTERM')
    if (isSecond) process.exit(stoppedWith)
    // Whoever has not ended by then will not end by being asked.
    setTimeout(() => stopParts('SIGKILL'), 1_500).unref()
  })
}

const report = new Report()
await runAll(selected, {
  atOnce: Math.min(2, availableParallelism()),
  run: (part) => {
    report.started(part.name)
    return runPart(part)
  },
  onFinish: (part, outcome) => {
    // A part that was stopped has neither passed nor failed, and none is started after it.
    if (stoppedWith !== undefined) {
      stopParts('SIGKILL')
      process.exit(stoppedWith)
    }
    report.finished(part.name, outcome)
  },
})
process.exitCode = report.end()
