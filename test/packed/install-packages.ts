import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmCommand } from '../../tools/pinned/npm-command.mjs'
import { type Package, publishedPackages } from '../../tools/workspace.mjs'
import { mustRun } from './run.ts'

/** A package as a user has it: packed, and installed into a folder of its own from the tarball. */
export interface InstalledPackage {
  name: string
  tarball: string
  folder: string
  specifiers: string[]
}

/** Packs every published package and installs each, with those of ours that it needs, below a folder. */
export function installPackages(below: string): InstalledPackage[] {
  const packages = publishedPackages()
  const tarballs = new Map(packages.map((each) => [each.name, pack(each, below)]))
  const needsOf = (name: string): string[] => {
    const manifest = packages.find((one) => one.name === name)?.manifest
    const needs = Object.keys({ ...manifest?.dependencies, ...manifest?.peerDependencies })
    return [name, ...needs.filter((need) => tarballs.has(need)).flatMap(needsOf)]
  }
  return packages.map(({ name, entries }) => {
    const folder = join(below, name.replace('/', '-'))
    mkdirSync(folder)
    const dependencies = Object.fromEntries(needsOf(name).map((each) => [each, `file:${tarballs.get(each)}`]))
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
    npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts')
    cpSync(join(import.meta.dirname, 'consumers'), join(folder, 'consumers'), { recursive: true })
    return { name, tarball: tarballs.get(name) ?? '', folder, specifiers: entries.map(({ specifier }) => specifier) }
  })
}

function pack({ folder }: Package, into: string): string {
  const [{ filename }] = JSON.parse(npm(folder, 'pack', '--json', '--pack-destination', into))
  return join(into, filename)
}

function npm(folder: string, ...words: string[]): string {
  const [program, ...before] = npmCommand()
  return mustRun(program, [...before, ...words], folder)
}
