import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type InstalledPackage, installPackages } from './install-packages.ts'
import { openToolbox, type Toolbox } from './toolbox.ts'

declare module 'vitest' {
  interface ProvidedContext {
    toolbox: Toolbox
    packages: InstalledPackage[]
  }
}

/** Before the packed check: opens the toolbox, packs and installs the packages; afterwards removes them. */
export default async function setup(project: TestProject): Promise<() => void> {
  project.provide('toolbox', await openToolbox())
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'baton-packed-')))
  project.provide('packages', installPackages(folder))
  return () => rmSync(folder, { recursive: true, force: true })
}
