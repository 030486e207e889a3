import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { Guarded } from './guarded.ts'
import type { Binaries, ServerFiles, StopMode } from './guardian-messages.ts'
import { postmasterPid, untilReady } from './readiness.ts'
import type { PostgresServer } from './server.ts'
import { createDatabase, type TestDatabase } from './test-database.ts'

const portTries = 10
const readyMs = 60_000
const shownLines = 15

/** A server that we have started: of these programs, with these options. */
export interface OwnServerOptions {
  readonly binaries: Binaries
  readonly settings: Readonly<Record<string, string>>
  readonly passedOver: readonly string[]
}

/** A server of our own, which a guardian ends when we are gone. */
export class OwnServer implements PostgresServer {
  readonly origin: 'installed' | 'packaged'
  readonly passedOver: readonly string[]
  readonly #guarded = new Guarded()
  readonly #password = randomBytes(12).toString('hex')
  #files: ServerFiles = { folder: '', dataFolder: '', logFile: '' }
  #port = 0
  #pid = 0
  #version = ''

  /** Makes a data folder and starts the server on it, on a port that is free. */
  static async open({ binaries, settings, passedOver }: OwnServerOptions): Promise<OwnServer> {
    const server = new OwnServer(binaries.origin, passedOver)
    try {
      server.#files = await server.#guarded.ask('create', { binaries, password: server.#password, settings })
      await server.#startOnFreePort()
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }

  private constructor(origin: 'installed' | 'packaged', passedOver: readonly string[]) {
    this.origin = origin
    this.passedOver = passedOver
  }

  get url(): string {
    return `postgres://postgres:${this.#password}@127.0.0.1:${this.#port}/postgres`
  }

  get port(): number {
    return this.#port
  }

  get pid(): number {
    return this.#pid
  }

  get version(): string {
    return this.#version
  }

  get dataFolder(): string {
    return this.#files.dataFolder
  }

  get logFile(): string {
    return this.#files.logFile
  }

  database(): Promise<TestDatabase> {
    return createDatabase(this.url)
  }

  async stop(mode: StopMode): Promise<void> {
    await this.#guarded.ask('stop', { mode })
  }

  async start(): Promise<void> {
    // What is left of a killed server has to end first, and somebody may use the port for a moment.
    for (let tries = 1; ; tries += 1) {
      const failure = await this.#tryToStart(this.#port)
      if (failure === undefined) return
      if (tries === portTries || !isPassing(failure)) throw new Error(failure)
      await sleep(100 * tries)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (await this.#guarded.close()) return
    // Somebody has killed the guardian, or it has failed, so its work is ours.
    if (postmasterPid(this.dataFolder) === this.#pid) await endProcess(this.#pid)
    if (this.#files.folder !== '') rmSync(this.#files.folder, { recursive: true, force: true, maxRetries: 20 })
  }

  async #startOnFreePort(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      this.#port = await freePort()
      const failure = await this.#tryToStart(this.#port)
      if (failure === undefined) return
      if (tries === portTries || !isTaken(failure)) throw new Error(failure)
    }
  }

  /** Starts it on a port and waits until it answers, or returns why it did not. */
  async #tryToStart(port: number): Promise<string | undefined> {
    const before = this.#log().length
    const { pid, launch } = await this.#guarded.ask('start', { port })
    const hasExited = () => this.#guarded.hasExited(launch)
    const version = await untilReady({ url: this.url, dataFolder: this.dataFolder, pid, hasExited }, readyMs)
    if (version === undefined) {
      const what = hasExited() ? 'the server ended while it started' : `the server gave no answer for ${readyMs} ms`
      await this.stop('immediate')
      return `${what}; the end of its log:\n${lastLines(this.#log().slice(before))}`
    }
    this.#pid = pid
    this.#version = version
    return undefined
  }

  #log(): string {
    try {
      return readFileSync(this.logFile, 'utf8')
    } catch {
      return ''
    }
  }
}

function isTaken(failure: string): boolean {
  return /could not bind|could not create any TCP/.test(failure)
}

function isPassing(failure: string): boolean {
  return isTaken(failure) || /still in use|lock file "postmaster.pid" already exists/.test(failure)
}

function lastLines(log: string): string {
  const lines = log.trimEnd().split('\n').slice(-shownLines)
  return lines.map((line) => `    ${line}`).join('\n')
}

async function endProcess(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGQUIT')
    for (let waits = 0; waits < 200; waits += 1) {
      await sleep(50)
      process.kill(pid, 0)
    }
  } catch {
    // It has gone.
  }
}
