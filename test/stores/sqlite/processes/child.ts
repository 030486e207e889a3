import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { build } from 'esbuild'
import { publishedPackages } from '../../../../tools/workspace.mjs'
import type { Task } from './task.ts'

/** A process of its own; `await using` ends it. */
export interface Child extends AsyncDisposable {
  readonly process: ChildProcess
  /** Resolves when it has said this word; rejects when it ends before, with what it said instead. */
  says(word: string): Promise<void>
  tell(word: string): void
  kill(): Promise<void>
  /** How it ended: its exit code, or the signal that killed it. */
  readonly ended: Promise<number | string>
}

/** Builds the program of child processes into a folder, as a host's own build might. */
export async function buildProgram(folder: string): Promise<(task: Task) => Child> {
  const entries = new Map(
    publishedPackages().flatMap((one) => one.entries.map(({ specifier, source }) => [specifier, source])),
  )
  const file = join(folder, 'program.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'program.ts')],
    outfile: file,
    bundle: true,
    minify: true,
    keepNames: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    plugins: [
      {
        name: 'from-sources',
        setup: (one) => one.onResolve({ filter: /^@baton\// }, ({ path }) => ({ path: entries.get(path) ?? path })),
      },
    ],
  })
  return (task) => start(file, task)
}

function start(file: string, task: Task): Child {
  const child = fork(file, [JSON.stringify(task)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const said: string[] = []
  const listeners = new Set<() => void>()
  let errors = ''
  child.stderr?.on('data', (text) => void (errors += String(text)))
  child.on('message', (word: string) => {
    said.push(word)
    for (const one of listeners) one()
  })
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  const says = (word: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => void (said.includes(word) && resolve())
      listeners.add(look)
      look()
      void ended.then((how) =>
        reject(new Error(`ended with ${how}, having said ${said.join()}\n${withoutCode(errors)}`)),
      )
    })
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return { process: child, says, tell: (word) => void child.send(word), kill, ended, [Symbol.asyncDispose]: kill }
}

/** The lines of a program that is minified are long, and say nothing. */
function withoutCode(errors: string): string {
  return errors
    .split('\n')
    .filter((line) => line.length < 500)
    .join('\n')
}
