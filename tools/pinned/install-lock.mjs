import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 250
const renewMs = 2_000
const abandonedMs = 30_000

/**
 * Runs `work` while no other process works on the same folder; a lock whose owner has died is taken over.
 *
 * @param {string} folder
 * @param {() => Promise<void>} work
 */
export async function withInstallLock(folder, work) {
  const lock = join(folder, '.install-lock')
  await acquire(lock)
  const renewal = setInterval(() => touch(lock), renewMs)
  const release = () => rmSync(lock, { recursive: true, force: true })
  process.once('exit', release)
  try {
    await work()
  } finally {
    clearInterval(renewal)
    process.off('exit', release)
    release()
  }
}

/** @param {string} lock */
async function acquire(lock) {
  for (let announced = false; ; await sleep(pollMs)) {
    try {
      // Creating a directory is the one step that the file system lets exactly one process win.
      mkdirSync(lock)
      writeFileSync(join(lock, 'pid'), String(process.pid))
      return
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    }
    if (isAbandoned(lock)) {
      rmSync(lock, { recursive: true, force: true })
    } else if (!announced) {
      announced = true
      console.error('Another process is installing the dependencies: waiting for it …')
    }
  }
}

/** @param {string} lock */
function isAbandoned(lock) {
  try {
    if (Date.now() - statSync(lock).mtimeMs > abandonedMs) return true
    return !isAlive(Number(readFileSync(join(lock, 'pid'), 'utf8')))
  } catch {
    return false // just created or just released: look again
  }
}

/** @param {number} pid */
function isAlive(pid) {
  if (!(pid > 0)) return true // created, not yet signed: its age decides
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}

/** @param {string} lock */
function touch(lock) {
  try {
    utimesSync(lock, new Date(), new Date())
  } catch {
    // The lock was removed by hand; the install itself is not harmed.
  }
}
