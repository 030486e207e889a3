import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { publishedPackages, root } from '../workspace.mjs'
import { isFresh, rememberBuild } from './build-stamp.mjs'
import { writeCommonJsDeclarations } from './commonjs-declarations.mjs'

/**
 * Brings `dist` of every published package up to date, and says whether that worked.
 *
 * @param {{ force?: boolean, onStart?: () => void }} [options]
 * @returns {Promise<boolean>}
 */
export async function buildPackages({ force = false, onStart } = {}) {
  const packages = publishedPackages()
  if (!force && isFresh(packages)) return true
  onStart?.()

  for (const { folder } of packages) {
    rmSync(join(folder, 'dist'), { recursive: true, force: true })
    // tsc believes this file rather than look: without it the declarations just removed would stay away.
    rmSync(join(folder, 'tsconfig.tsbuildinfo'), { force: true })
  }
  if (!runTool('typescript/bin/tsc', ['-b', ...packages.map(({ folder }) => folder)])) return false
  if (!runTool('tsup/dist/cli-default.js', ['--silent'])) return false
  for (const { folder } of packages) writeCommonJsDeclarations(join(folder, 'dist'))

  rememberBuild(packages)
  return true
}

/**
 * @param {string} tool
 * @param {readonly string[]} toolArguments
 */
function runTool(tool, toolArguments) {
  const file = join(root, 'node_modules', tool)
  return spawnSync(process.execPath, [file, ...toolArguments], { cwd: root, stdio: 'inherit' }).status === 0
}
