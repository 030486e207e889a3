import { join } from 'node:path'
import { installDependencies } from '../../tools/pinned/install.mjs'
import { nodeOfPackage, nodePackageName } from '../../tools/pinned/pinned-node.mjs'

const folder = join(import.meta.dirname, 'toolbox')

/** The foreign toolchains: every Node that we support, by major version, and the compilers and runners of hosts. */
export interface Toolbox {
  nodes: Readonly<Record<string, string>>
  typescript5: string
  jest: string
}

/** Installs the toolbox on first use, which takes a minute, and says where everything is. */
export async function openToolbox(): Promise<Toolbox> {
  await installDependencies(
    folder,
    'Installing Node 22, Node 26, Jest and TypeScript 5 for the packed check (first run only) …',
  )
  const modules = join(folder, 'node_modules')
  return {
    nodes: { 22: nodeOf('22'), 24: process.execPath, 26: nodeOf('26') },
    typescript5: join(modules, 'typescript-5/bin/tsc'),
    jest: join(modules, 'jest/bin/jest.js'),
  }
}

function nodeOf(major: string): string {
  const node = process.env[`BATON_NODE_${major}`] ?? nodeOfPackage(join(folder, 'node_modules', `node-${major}`))
  if (node !== undefined) return node
  throw new Error(
    `The packed check needs Node ${major}, and its toolbox has none for this system (${nodePackageName()}). ` +
      `Install Node ${major} and set BATON_NODE_${major} to the path of its executable.`,
  )
}
