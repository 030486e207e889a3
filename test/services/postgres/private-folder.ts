import { spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, realpathSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Account } from './account.ts'

const neededMegabytes = 400

/** Makes a temporary folder of the server's account, in a place where that account can run programs. */
export function privateFolder(account: Account | undefined): string {
  const reasons: string[] = []
  for (const base of bases()) {
    let folder: string | undefined
    try {
      folder = mkdtempSync(join(realpathSync(base), 'baton-postgres-'))
      const megabytes = freeMegabytes(folder)
      if (megabytes < neededMegabytes) throw new Error(`has ${megabytes} MB left, and ${neededMegabytes} are needed`)
      if (account !== undefined) chownSync(folder, account.uid, account.gid)
      tryToRun(folder, account)
      return folder
    } catch (error) {
      reasons.push(`${base}: ${(error as Error).message}`)
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    }
  }
  throw new Error(`no temporary folder is of use (${reasons.join('; ')})`)
}

/**
 * The folder that was set for one run comes last: whoever set it may remove it while the server, which lives a moment
 * longer, is writing to it; and as root it is often closed to everybody else.
 */
function bases(): readonly string[] {
  return process.platform === 'win32' ? [tmpdir()] : [...new Set(['/tmp', '/var/tmp', tmpdir()])]
}

function freeMegabytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return Math.floor((bavail * bsize) / 1024 ** 2)
}

/** Nothing but trying tells of every closed folder on the way, and of file systems from which no program runs. */
function tryToRun(folder: string, account: Account | undefined): void {
  if (process.platform === 'win32') return
  const program = join(folder, 'try')
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
  const { error, status } = spawnSync(program, { cwd: folder, ...account })
  rmSync(program)
  if (error !== undefined || status !== 0) {
    const why = error?.message ?? `it ended with ${status}`
    throw new Error(`${account?.name ?? 'this user'} cannot run a program in it: ${why}`)
  }
}
