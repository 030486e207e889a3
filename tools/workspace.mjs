import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that holds everything, without a trailing slash. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '')

/**
 * One public entry of a package, as its `package.json#exports` states it.
 *
 * @typedef {object} Entry
 * @property {string} specifier what users import: `@baton/core/ports`
 * @property {string} source the file it is built from: `<root>/packages/core/src/ports/index.ts`
 * @property {string} output where the build writes it, below `dist` and without extension: `ports/index`
 */

/**
 * One package that is published.
 *
 * @typedef {object} Package
 * @property {string} name
 * @property {string} folder
 * @property {{ name: string, version: string, dependencies?: Record<string, string>, peerDependencies?: Record<string, string> }} manifest
 * @property {readonly Entry[]} entries
 * @property {readonly Entry[]} programs what `package.json#bin` names
 */

/**
 * Every published package of the workspace, in dependency order.
 *
 * @returns {Package[]}
 */
export function publishedPackages() {
  /** @type {string[]} */
  const folders = readJson(join(root, 'package.json')).workspaces
  return folders
    .map((folder) => ({ folder: join(root, folder), manifest: readJson(join(root, folder, 'package.json')) }))
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest }) => ({
      name: manifest.name,
      folder,
      manifest,
      entries: entriesOf(folder, manifest),
      programs: programsOf(folder, manifest),
    }))
}

/**
 * @param {string} folder
 * @param {{ name: string, exports: Record<string, string | { import: { default: string } }> }} manifest
 * @returns {Entry[]}
 */
function entriesOf(folder, manifest) {
  return Object.entries(manifest.exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return [] // a file handed out as it is, such as package.json
    const output = target.import.default.replace(/^\.\/dist\//, '').replace(/\.js$/, '')
    return {
      specifier: join(manifest.name, subpath).replaceAll('\\', '/'),
      source: join(folder, 'src', `${output}.ts`),
      output,
    }
  })
}

/**
 * @param {string} folder
 * @param {{ name: string, bin?: Record<string, string> }} manifest
 * @returns {Entry[]}
 */
function programsOf(folder, manifest) {
  return Object.entries(manifest.bin ?? {}).map(([name, file]) => {
    const output = file.replace(/^\.\/dist\//, '').replace(/\.js$/, '')
    return { specifier: name, source: join(folder, 'src', `${output}.ts`), output }
  })
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
