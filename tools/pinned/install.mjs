import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withInstallLock } from './install-lock.mjs'
import { npmCleanInstall } from './npm-ci.mjs'
import { Refusal } from './refusal.mjs'

/**
 * Makes `node_modules` of a folder what its `package-lock.json` says, and does nothing when it already is.
 *
 * @param {string} folder
 * @param {string} announcement printed once, when there is something to install
 */
export async function installDependencies(folder, announcement) {
  if (isInstalled(folder)) return
  await withInstallLock(folder, async () => {
    if (isInstalled(folder)) return
    console.error(announcement)
    await npmCleanInstall(folder)
    writeFileSync(stampFile(folder), lockHash(folder))
  })
}

/** @param {string} folder */
function isInstalled(folder) {
  const stamp = stampFile(folder)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash(folder)
}

/** @param {string} folder */
function lockHash(folder) {
  const lock = join(folder, 'package-lock.json')
  if (!existsSync(lock)) {
    throw new Refusal(
      `${lock} is missing. Restore it with \`git checkout -- package-lock.json\`, then run the same command again.`,
    )
  }
  return createHash('sha256').update(readFileSync(lock)).update(`${process.platform}-${process.arch}`).digest('hex')
}

// Inside node_modules, so that whatever removes the dependencies removes the claim that they are there.
/** @param {string} folder */
function stampFile(folder) {
  return join(folder, 'node_modules', '.install-stamp')
}
