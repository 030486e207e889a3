// Runs a program of this repository under the Node it is developed with, after bringing the dependencies up to date:
//
//   node tools/pinned.mjs <script> [arguments]
//
// This file and its folder run on any Node from 18 on, with nothing installed.

import { fileURLToPath } from 'node:url'
import { installDependencies } from './pinned/install.mjs'
import { pinnedNode } from './pinned/pinned-node.mjs'
import { Refusal } from './pinned/refusal.mjs'
import { runProgram } from './pinned/run-program.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [script, ...scriptArguments] = process.argv.slice(2)

try {
  if (script === undefined) throw new Refusal('Usage: node tools/pinned.mjs <script> [arguments]')
  await installDependencies(root, 'Installing dependencies (first run only) …')
  process.exitCode = await runProgram(pinnedNode(root), [script, ...scriptArguments])
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  console.error(error.message)
  process.exitCode = 1
}
