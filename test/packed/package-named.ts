import { inject } from 'vitest'
import type { InstalledPackage } from './install-packages.ts'

/** The installed package of that name. */
export function packageNamed(name: string): InstalledPackage {
  const found = inject('packages').find((installed) => installed.name === name)
  if (found === undefined) throw new Error(`${name} is not among the published packages`)
  return found
}
