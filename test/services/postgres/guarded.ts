import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { GuardianWork, Said } from './guardian-messages.ts'

/** Our side of a guardian: it is asked for things, and ends the server when we go. */
export class Guarded {
  readonly #process: ChildProcess
  readonly #open = new Map<number, { resolve: (answer: never) => void; reject: (reason: Error) => void }>()
  readonly #exited = new Set<number>()
  #questions = 0
  #stderr = ''

  constructor() {
    const { NODE_OPTIONS: _ours, ...env } = process.env
    this.#process = spawn(process.execPath, [join(import.meta.dirname, 'guardian.ts')], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env,
      // A session of its own: what is typed at our terminal, or sent to our group, is not meant for it.
      detached: true,
      windowsHide: true,
    })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text))
    this.#process.on('message', (said: Said) => this.#hear(said))
    this.#process.once('error', (error) => this.#giveUp(error.message))
    this.#process.once('close', (code, signal) => this.#giveUp(`it ended with ${signal ?? code}`))
    this.#keepUsAlive(false)
  }

  /** Whether the process of a start has ended, by itself or not. */
  hasExited(launch: number): boolean {
    return this.#exited.has(launch)
  }

  /** Asks for something; the questions are worked on one after the other. */
  ask<Name extends keyof GuardianWork>(
    name: Name,
    asked: GuardianWork[Name]['asked'],
  ): Promise<GuardianWork[Name]['answered']> {
    const id = (this.#questions += 1)
    return new Promise((resolve, reject) => {
      if (!this.#process.connected) return reject(this.#lost('it has ended'))
      this.#open.set(id, { resolve, reject })
      this.#keepUsAlive(true)
      this.#process.send({ id, name, ...asked }, (error) => error && this.#giveUp(error.message))
    })
  }

  /** Lets it end the server and clean up, and says whether it has: one that was killed has not. */
  async close(): Promise<boolean> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.ref()
      const exit = once(this.#process, 'exit')
      if (this.#process.connected) this.#process.disconnect()
      await exit
    }
    return this.#process.exitCode === 0
  }

  #hear(said: Said): void {
    if ('exited' in said) {
      this.#exited.add(said.exited)
      return
    }
    const open = this.#open.get(said.id)
    this.#open.delete(said.id)
    if (this.#open.size === 0) this.#keepUsAlive(false)
    if ('answer' in said) open?.resolve(said.answer as never)
    else open?.reject(new Error(said.failed))
  }

  #giveUp(why: string): void {
    for (const { reject } of this.#open.values()) reject(this.#lost(why))
    this.#open.clear()
  }

  #lost(why: string): Error {
    return new Error(`the process that guards the server is gone: ${[why, this.#stderr.trim()].join('\n')}`)
  }

  /** A program that forgets its server ends all the same, and the server with it. */
  #keepUsAlive(should: boolean): void {
    const { channel, stderr } = this.#process
    const parts = [this.#process, channel, stderr as { ref?: () => void; unref?: () => void } | null]
    for (const part of parts) {
      if (should) part?.ref?.()
      else part?.unref?.()
    }
  }
}
