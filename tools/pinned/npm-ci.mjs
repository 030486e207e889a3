import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { npmCommand } from './npm-command.mjs'
import { Refusal } from './refusal.mjs'

const progressMs = 5_000
const shownComplaints = 12 // npm's whole manual follows
const interruptions = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * Runs `npm ci` in a folder: one line of progress every few seconds, npm's own words only when it fails.
 *
 * @param {string} folder
 */
export async function npmCleanInstall(folder) {
  const startedAt = Date.now()
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`
  const [command, ...before] = npmCommand()
  const child = spawn(command, [...before, 'ci', '--loglevel=http', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: command.endsWith('.cmd'),
  })

  let fetched = 0
  /** @type {string[]} */
  const complaints = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith('npm http')) fetched += 1
    else if (/^npm (error|ERR!)/.test(line)) complaints.push(line)
  })
  const progress = setInterval(() => console.error(`  ${fetched} packages fetched, ${seconds()}`), progressMs)

  const stop = () => {
    child.kill('SIGTERM')
    process.exit(130)
  }
  for (const signal of interruptions) process.once(signal, stop)
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (code !== 0)
      throw new Refusal([...complaints.slice(0, shownComplaints), '', remedyFor(complaints.join('\n'))].join('\n'))
    console.error(`  done in ${seconds()}`)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error
    throw new Refusal(
      'npm was not found: install Node with its npm from https://nodejs.org, then run the same command again.',
    )
  } finally {
    clearInterval(progress)
    for (const signal of interruptions) process.off(signal, stop)
  }
}

/** @param {string} complaints */
function remedyFor(complaints) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|network/i.test(complaints)) {
    return 'The dependencies could not be fetched: check the network and proxy settings of npm, then run the same command again.'
  }
  if (/in sync|Missing: .* from lock file|Invalid: lock file/.test(complaints)) {
    return 'package-lock.json does not fit package.json: run `npm install` and keep both files, then run the same command again.'
  }
  if (/ENOSPC/.test(complaints)) return 'The disk is full: free about 500 MB, then run the same command again.'
  return 'The dependencies could not be installed: `npm ci` shows the same failure in full.'
}
