import { type ChildProcess, execFile, spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, lchownSync, lstatSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Account, serverAccount } from './account.ts'
import type { Binaries, StopMode } from './guardian-messages.ts'
import { programIn } from './installed-binaries.ts'
import { linkLibraries, unpack } from './packaged-binaries.ts'
import { privateFolder } from './private-folder.ts'
import { settingsFile, usualSettings } from './settings.ts'

const run = promisify(execFile)
const patienceMs = { fast: 3_000, immediate: 7_000 }
const killedMs = 1_000

interface RunningServer {
  readonly child: ChildProcess
  /** Resolves when it has ended. */
  readonly gone: Promise<void>
}

/** A data folder of our own in a temporary folder of our own, and the server that runs on it. */
export class Cluster {
  readonly #account: Account | undefined = serverAccount()
  readonly folder: string = privateFolder(this.#account)
  readonly dataFolder: string = join(this.folder, 'data')
  readonly logFile: string = join(this.folder, 'postgres.log')
  #programs = ''
  #server: RunningServer | undefined

  /** Makes the data folder: one superuser, and nobody comes in without the password. */
  async create(binaries: Binaries, password: string, settings: Readonly<Record<string, string>>): Promise<void> {
    this.#programs = await this.#programsOf(binaries)
    const passwordFile = join(this.folder, 'password')
    writeFileSync(passwordFile, password, { mode: 0o600 })
    this.#giveAway(passwordFile)
    const secret = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`]
    // What is not written to the disk here is lost only when the whole machine goes down.
    const quick = ['--no-sync', '--no-instructions']
    const texts = ['--encoding=UTF8', '--locale=C']
    try {
      const words = [`--pgdata=${this.dataFolder}`, '--username=postgres', ...secret, ...texts, ...quick]
      await run(programIn(this.#programs, 'initdb'), words, this.#surroundings())
    } catch (error) {
      const { stderr = '', message } = error as { stderr?: string; message: string }
      throw new Error(`initdb failed: ${stderr.trim() || message}`, { cause: error })
    } finally {
      rmSync(passwordFile, { force: true })
    }
    const lines = settingsFile({ ...usualSettings(), ...settings })
    writeFileSync(join(this.dataFolder, 'postgresql.conf'), lines, { flag: 'a' })
    writeFileSync(join(this.dataFolder, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n')
  }

  /** Starts the server's process, calls `onExit` when it has ended, and does not wait until it answers. */
  async start(port: number, onExit: () => void): Promise<{ pid: number }> {
    // One that was just killed may need a moment to end.
    if (this.#server !== undefined && !(await isGoneWithin(this.#server, killedMs))) {
      throw new Error('the server is running already')
    }
    const log = openSync(this.logFile, 'a')
    const words = ['-D', this.dataFolder, '-p', String(port), '-c', 'listen_addresses=127.0.0.1']
    const stdio: StdioOptions = ['ignore', log, log]
    const child = spawn(programIn(this.#programs, 'postgres'), words, { ...this.#surroundings(), stdio })
    closeSync(log)
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    await once(child, 'spawn')
    this.#server = { child, gone }
    void gone.then(() => {
      this.#server = undefined
      onExit()
    })
    return { pid: child.pid ?? 0 }
  }

  /** Ends the server, more and more firmly, and returns when it has gone. */
  async stop(mode: StopMode): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    for (const each of mode === 'fast' ? (['fast', 'immediate'] as const) : (['immediate'] as const)) {
      await this.#signal(server.child, each === 'fast' ? 'INT' : 'QUIT')
      if (await isGoneWithin(server, patienceMs[each])) return
    }
    server.child.kill('SIGKILL')
    await server.gone
  }

  /** Ends the server and leaves nothing of it behind. */
  async remove(): Promise<void> {
    await this.stop('fast')
    await this.#freeSharedMemory()
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }

  /** The packaged programs run where they are, or as a copy if the server's account cannot run them there. */
  async #programsOf({ origin, where }: Binaries): Promise<string> {
    if (origin === 'installed') return where
    linkLibraries(where)
    const inPlace = join(where, 'bin')
    try {
      await run(programIn(inPlace, 'postgres'), ['--version'], this.#surroundings())
      return inPlace
    } catch {
      const copy = join(this.folder, 'programs')
      unpack(where, copy)
      this.#giveAway(copy)
      return join(copy, 'bin')
    }
  }

  async #signal(child: ChildProcess, name: 'INT' | 'QUIT'): Promise<void> {
    if (process.platform !== 'win32') child.kill(`SIG${name}`)
    // Windows has no signals, and PostgreSQL brings its own.
    else await run(programIn(this.#programs, 'pg_ctl'), ['kill', name, String(child.pid)], this.#surroundings())
  }

  /**
   * A server that was killed leaves its shared memory to the next one on the same data, so there is one more, which
   * reads the end of its empty input and ends; it is refused until the last process of the killed one has gone.
   */
  async #freeSharedMemory(): Promise<void> {
    const wasKilled = () => existsSync(join(this.dataFolder, 'postmaster.pid'))
    for (let tries = 0; wasKilled() && tries < 50; tries += 1) {
      const words = ['--single', '-D', this.dataFolder, 'postgres']
      const last = run(programIn(this.#programs, 'postgres'), words, this.#surroundings())
      last.child.stdin?.end()
      await last.catch(() => sleep(100))
    }
  }

  /** What a program of PostgreSQL is run in: not our settings of its clients, and a folder that its account may enter. */
  #surroundings() {
    const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG|NODE_)/.test(name))
    return { cwd: this.folder, env: { ...Object.fromEntries(kept), LC_ALL: 'C' }, windowsHide: true, ...this.#account }
  }

  /** Makes a file, or a folder with all that is in it, one of the server's account. */
  #giveAway(path: string): void {
    if (this.#account === undefined) return
    lchownSync(path, this.#account.uid, this.#account.gid)
    if (!lstatSync(path).isDirectory()) return
    for (const inside of readdirSync(path)) this.#giveAway(join(path, inside))
  }
}

async function isGoneWithin({ gone }: RunningServer, ms: number): Promise<boolean> {
  const waiting = new AbortController()
  const late = sleep(ms, false, { signal: waiting.signal }).catch(() => false)
  const isGone = await Promise.race([gone.then(() => true), late])
  waiting.abort()
  return isGone
}
