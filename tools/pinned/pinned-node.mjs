import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from './refusal.mjs'

const oldest = { major: 22, minor: 18 }

/**
 * The Node that programs of this repository run under: the one in the dependencies where a package for this platform
 * exists, else the current one if it is new enough.
 *
 * @param {string} root
 * @returns {string} the path of its executable
 */
export function pinnedNode(root) {
  const pinned = nodeOfPackage(join(root, 'node_modules', nodePackageName()))
  if (pinned !== undefined) return pinned
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return process.execPath
  throw new Refusal(
    `This needs Node ${oldest.major}.${oldest.minor} or newer, and this is ${process.versions.node}. ` +
      `The registry has no Node package for ${process.platform}-${process.arch}: install Node 24 from https://nodejs.org, then run the same command again.`,
  )
}

/** The name under which the registry carries Node for this platform. */
export function nodePackageName() {
  return `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
}

/**
 * The executable inside an installed Node package, if it is there.
 *
 * @param {string} folder
 * @returns {string | undefined}
 */
export function nodeOfPackage(folder) {
  const file = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  return existsSync(file) ? file : undefined
}
