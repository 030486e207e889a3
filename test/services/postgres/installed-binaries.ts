import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { oldestMajor, type PostgresPlace } from './place.ts'

const suffix = process.platform === 'win32' ? '.exe' : ''

/** The path of one of PostgreSQL's programs. */
export function programIn(folder: string, name: 'postgres' | 'initdb' | 'pg_ctl'): string {
  return join(folder, `${name}${suffix}`)
}

/** The folder that somebody has named, whether it is of use or not. */
export function namedPlace(folder: string): PostgresPlace {
  return { origin: 'installed', where: folder, ...examined(folder) }
}

/** The servers that this system has, each once; folders without a server are left out, old servers are not. */
export function installedPlaces(): readonly PostgresPlace[] {
  const folders = [...ofPgConfig(), ...ofPackageManagers(), ...ofPath()].filter((folder) =>
    existsSync(programIn(folder, 'postgres')),
  )
  const once = new Map(
    folders.map((folder) => [realpathSync(programIn(folder, 'postgres')), folder] as const).reverse(),
  )
  return [...once.values()].reverse().map(namedPlace)
}

/** What of a folder's programs is missing, or which version they are. */
function examined(folder: string): { version: string } | { lacks: string } {
  for (const name of ['postgres', 'initdb'] as const) {
    if (!existsSync(programIn(folder, name))) return { lacks: `there is no ${name} in it` }
  }
  const { stdout, stderr, error } = spawnSync(programIn(folder, 'postgres'), ['--version'], { encoding: 'utf8' })
  const version = /\(PostgreSQL\) (\d+\S*)/.exec(stdout ?? '')?.[1]
  if (version === undefined) return { lacks: `its postgres does not run: ${error?.message ?? stderr.trim()}` }
  if (Number.parseInt(version, 10) >= oldestMajor) return { version }
  return { lacks: `it is PostgreSQL ${version}, and the tests need ${oldestMajor} or newer` }
}

function ofPgConfig(): readonly string[] {
  const { stdout, status } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' })
  return status === 0 ? [stdout.trim()] : []
}

/** Where packages put servers beside each other, a folder for each version. */
function ofPackageManagers(): readonly string[] {
  if (process.platform === 'win32') return versionsIn('C:\\Program Files\\PostgreSQL', /^\d+$/)
  return [
    ...versionsIn('/usr/lib/postgresql', /^\d+$/),
    ...versionsIn('/usr', /^pgsql-\d+$/),
    ...versionsIn('/opt/homebrew/opt', /^postgresql(@\d+)?$/),
    ...versionsIn('/usr/local/opt', /^postgresql(@\d+)?$/),
    ...versionsIn('/Applications/Postgres.app/Contents/Versions', /^\d+$/),
  ]
}

function versionsIn(folder: string, name: RegExp): readonly string[] {
  if (!existsSync(folder)) return []
  const number = (path: string) => Number(/\d+$/.exec(basename(path))?.[0] ?? 0)
  return readdirSync(folder)
    .filter((each) => name.test(each))
    .toSorted((a, b) => number(b) - number(a))
    .map((each) => join(folder, each, 'bin'))
}

function ofPath(): readonly string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
}
