import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../workspace.mjs'
import { countsOfVitest } from './vitest-counts.mjs'

/**
 * How one part ended.
 *
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string} output everything it printed
 * @property {number} ms
 */

// What a part prints is kept, and shown on our own terminal if at all.
const colours = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1', FORCE_COLOR: undefined }

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/** What the parts put into the temporary folder goes into one that we remove, however they end. @type {Set<string>} */
const folders = new Set()
process.once('exit', () => folders.forEach(remove))

/**
 * Runs one part to its end and counts its tests.
 *
 * @param {import('./parts.mjs').Part} part
 * @returns {Promise<Outcome>}
 */
export async function runPart({ command, project }) {
  const startedAt = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'baton-check-'))
  folders.add(folder)
  const report = join(folder, 'report.json')
  const reporters = project ? ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : []
  try {
    const { code, output } = await capture([...command, ...reporters], folder)
    const counts = project
      ? countsOfVitest(report, code)
      : { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
    return { ...counts, output, ms: performance.now() - startedAt }
  } finally {
    remove(folder)
  }
}

/** @param {string} folder */
function remove(folder) {
  rmSync(folder, { recursive: true, force: true })
  folders.delete(folder)
}

/**
 * Ends every part that is running, with all the processes it has started.
 *
 * @param {NodeJS.Signals} signal
 */
export function stopParts(signal) {
  for (const child of running) {
    try {
      if (process.platform === 'win32' || child.pid === undefined) child.kill(signal)
      else process.kill(-child.pid, signal)
    } catch {
      // It has just ended by itself.
    }
  }
}

/**
 * @param {readonly string[]} command
 * @param {string} temporary
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function capture(command, temporary) {
  const child = spawn(process.execPath, command, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own can be ended as a whole: vitest and npm start processes that we do not know.
    detached: process.platform !== 'win32',
    env: { ...process.env, ...colours, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      resolve({ code, output })
      // Not before whoever waits has seen it: what it started may have to be ended still.
      setImmediate(() => running.delete(child))
    })
  })
}
