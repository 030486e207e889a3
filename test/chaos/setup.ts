import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'tsup'
import type { TestProject } from 'vitest/node'
import { publishedPackages, root } from '../../tools/workspace.mjs'
import startPostgres from '../services/postgres/setup.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The program that is killed, as one file, and a folder with what Node has compiled of it. */
    child: { program: string; compiled: string }
  }
}

/** Before the tests: bundles the child's program from the sources, so that it loads fast and is what is tested here too. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const compiled = mkdtempSync(join(tmpdir(), 'baton-chaos-compiled-'))
  const child = { program: join(folder, 'child.mjs'), compiled }
  project.provide('child', child)
  const [end] = await Promise.all([startPostgres(project), bundleChild().then(() => warmUp(child))])
  return async () => {
    await end()
    rmSync(compiled, { recursive: true, force: true })
  }
}

const folder = join(root, 'node_modules/.cache/chaos')

/** Has the program run once to its end: who is killed leaves nothing for the next one to load faster. */
async function warmUp({ program, compiled }: { program: string; compiled: string }): Promise<void> {
  const where = { kind: 'sqlite', at: join(compiled, 'warm.db') }
  const plan = { voyages: ['a'], drifts: ['b'], watches: ['c'], errands: ['d'], pauseMs: 1 }
  const ledger = join(compiled, 'warm.jsonl')
  const order = { be: 'killed', where, ledger, point: 'never', plan, leaseMs: 500 }
  const env = { ...process.env, NODE_COMPILE_CACHE: compiled }
  await once(
    spawn(process.execPath, ['--no-warnings', program, JSON.stringify(order)], { env, stdio: 'ignore' }),
    'exit',
  )
}

async function bundleChild(): Promise<void> {
  const sources = new Map(
    publishedPackages().flatMap(({ entries }) => entries.map(({ specifier, source }) => [specifier, source] as const)),
  )
  await build({
    config: false,
    entry: { child: join(root, 'test/chaos/child/main.ts') },
    outDir: folder,
    outExtension: () => ({ js: '.mjs' }),
    format: ['esm'],
    target: 'node22',
    splitting: false,
    silent: true,
    removeNodeProtocol: false,
    noExternal: [/./],
    // What is written for CommonJS asks for Node's own modules so.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    esbuildPlugins: [
      {
        name: 'sources',
        setup: (bundling) =>
          bundling.onResolve({ filter: /^@baton\// }, ({ path }) => {
            const source = sources.get(path)
            return source === undefined ? null : { path: source }
          }),
      },
    ],
  })
}
