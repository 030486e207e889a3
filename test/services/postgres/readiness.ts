import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { withConnection } from './connection.ts'

const pollMs = 20
const connectMs = 5_000

/** The server that is waited for: the one with this data folder and this process, and no other on the same port. */
export interface Awaited {
  readonly url: string
  readonly dataFolder: string
  readonly pid: number
  hasExited(): boolean
}

/** Waits until the server answers a query, and returns its version; `undefined` if it has ended or takes too long. */
export async function untilReady(server: Awaited, withinMs: number): Promise<string | undefined> {
  const deadline = performance.now() + withinMs
  while (!server.hasExited() && performance.now() < deadline) {
    const version = await versionOf(server)
    if (version !== undefined && !server.hasExited()) return version
    await sleep(pollMs)
  }
  return undefined
}

/** The version, if it is our server that answers. Ports are everybody's: another server may have taken ours. */
async function versionOf({ url, dataFolder, pid }: Awaited): Promise<string | undefined> {
  try {
    return await withConnection({ connectionString: url, connectionTimeoutMillis: connectMs }, async (client) => {
      const { rows } = await client.query(
        "select current_setting('data_directory') as folder, current_setting('server_version') as version",
      )
      const isOurs = samePath(rows[0].folder, dataFolder) && postmasterPid(dataFolder) === pid
      return isOurs ? rows[0].version.split(' ')[0] : undefined
    })
  } catch {
    return undefined // not listening yet, starting up, or somebody else's
  }
}

/** The process that has written into a data folder that it runs on it; NaN if none has. */
export function postmasterPid(dataFolder: string): number {
  const file = join(dataFolder, 'postmaster.pid')
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN
}

function samePath(a: string, b: string): boolean {
  return a.replaceAll('\\', '/') === b.replaceAll('\\', '/')
}
