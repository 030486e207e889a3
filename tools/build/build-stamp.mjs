import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../workspace.mjs'

/** @typedef {import('../workspace.mjs').Package} Package */

const stampFile = join(root, 'node_modules', '.cache', 'build-stamp')
const sharedInputs = ['package-lock.json', 'tsconfig.json', 'tsup.config.ts', 'tools/workspace.mjs', 'tools/build']

/**
 * Says whether every output is there and was built from the inputs as they are now.
 *
 * @param {readonly Package[]} packages
 */
export function isFresh(packages) {
  return existsSync(stampFile) && packages.every(isBuilt) && readFileSync(stampFile, 'utf8') === fingerprint(packages)
}

/**
 * Notes the inputs of a build that has just succeeded.
 *
 * @param {readonly Package[]} packages
 */
export function rememberBuild(packages) {
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, fingerprint(packages))
}

/** @param {Package} built */
function isBuilt({ folder, entries }) {
  return entries.every(({ output }) =>
    ['.js', '.cjs', '.d.ts', '.d.cts'].every((extension) => existsSync(join(folder, 'dist', output + extension))),
  )
}

/** @param {readonly Package[]} packages */
function fingerprint(packages) {
  const ofPackages = packages.flatMap(({ folder }) =>
    ['src', 'package.json', 'tsconfig.json'].map((name) => join(folder, name)),
  )
  const hash = createHash('sha256')
  for (const input of [...sharedInputs.map((name) => join(root, name)), ...ofPackages]) {
    for (const file of filesBelow(input)) {
      const { mtimeMs, size } = statSync(file)
      hash.update(`${file} ${mtimeMs} ${size}\n`)
    }
  }
  return hash.digest('hex')
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .toSorted()
    .flatMap((name) => filesBelow(join(path, name)))
}
