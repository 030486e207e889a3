import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { inject } from 'vitest'
import type {} from './setup.ts'
import type { Order } from './child/main.ts'

/** A process of its own, that does as it was told; disposed of, it is killed. */
export interface Child extends AsyncDisposable {
  readonly pid: number
  readonly process: ChildProcess
  /** Resolves when it has ended, with its code or the signal that ended it. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** What it has said so far. */
  said(): string
  /** What it has complained of. */
  complained(): string
}

/** Starts a child: hold it with `await using`. */
export function startChild(order: Order): Child {
  const { program, compiled } = inject('child')
  const child = spawn(process.execPath, ['--no-warnings', program, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  })
  let [said, complained] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text))
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  return {
    pid: child.pid as number,
    process: child,
    ended,
    said: () => said,
    complained: () => complained,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
