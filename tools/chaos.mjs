// Runs the crash tests for longer, from other seeds, and prints what was done and what came of it:
//
//   npm run test:chaos                      three rounds
//   npm run test:chaos -- --minutes=60      rounds, one after the other, for so long
//   npm run test:chaos -- --seed=7          from this seed; each round adds one
//   npm run test:chaos -- zombie restarts   only the files with these words in their names

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './workspace.mjs'

/** @typedef {import('../test/chaos/report.ts').Sighting} Sighting */

const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string' }, seed: { type: 'string' }, rounds: { type: 'string', default: '3' } },
  allowPositionals: true,
})
const firstSeed = Number(values.seed ?? Date.now() % 1_000_000)
const until = values.minutes === undefined ? undefined : Date.now() + Number(values.minutes) * 60_000

const folder = mkdtempSync(join(tmpdir(), 'baton-chaos-report-'))
const report = join(folder, 'report.jsonl')
writeFileSync(report, '')
let [round, failed] = [0, 0]
while (until === undefined ? round < Number(values.rounds) : Date.now() < until) {
  const seed = firstSeed + round
  round += 1
  console.log(`\nround ${round}, seed ${seed}`)
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const env = { ...process.env, BATON_CHAOS_SEED: String(seed), BATON_CHAOS_ROUNDS: '3', BATON_CHAOS_REPORT: report }
  const args = [vitest, 'run', '--project', 'chaos', ...positionals]
  if (spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env }).status !== 0) {
    failed += 1
    console.log(`round ${round} has failed: npm run test:chaos -- --rounds=1 --seed=${seed}`)
  }
}
console.log(`\n${tableOf(readFileSync(report, 'utf8'))}`)
console.log(`\n${round - failed} rounds passed, ${failed} failed, from the seed ${firstSeed}`)
rmSync(folder, { recursive: true })
process.exitCode = failed === 0 ? 0 : 1

/** @param {string} lines */
function tableOf(lines) {
  /** @type {Map<string, Sighting[]>} */
  const byFault = new Map()
  for (const line of lines.split('\n').filter((one) => one !== '')) {
    /** @type {Sighting} */
    const sighting = JSON.parse(line)
    byFault.set(sighting.fault, [...(byFault.get(sighting.fault) ?? []), sighting])
  }
  const rows = [...byFault]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([fault, all]) => {
      /** @param {'faults' | 'runs' | 'survived' | 'lost' | 'doubled'} name */
      const sum = (name) => String(all.reduce((total, one) => total + one[name], 0))
      const recovery = all.flatMap(({ recoveryMs = [] }) => recoveryMs).toSorted((one, other) => one - other)
      const figures = [sum('faults'), sum('runs'), sum('survived'), sum('lost'), sum('doubled')]
      return [fault, ...figures, share(recovery, 0.5), share(recovery, 0.99)]
    })
  const table = [['fault', 'faults', 'runs', 'survived', 'lost', 'doubled', 'p50', 'p99'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length))) ?? []
  return table.map((row) => row.map((cell, column) => padded(cell, widths[column] ?? 0, column)).join('  ')).join('\n')
}

/** @param {string} cell @param {number} width @param {number} column */
function padded(cell, width, column) {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}

/** @param {readonly number[]} sorted @param {number} part */
function share(sorted, part) {
  const at = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
  return at === undefined ? '' : `${Math.round(at)} ms`
}
