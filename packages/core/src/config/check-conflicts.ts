import { shown } from '../ports/index.js'
import { configFailure } from './failures.js'
import type { DescribedSection } from './setting.js'
import { codeName } from './settings-section.js'

/** Throws where two sections share a name, or two settings a variable: one of them would be read as the other. */
export function checkConflicts(sections: readonly DescribedSection[]): void {
  const owners = new Map<string, string>()
  const claim = (what: string, owner: string): void => {
    const first = owners.get(what)
    if (first !== undefined) throw configFailure('config.conflict', { what, first, second: owner })
    owners.set(what, owner)
  }
  for (const { section, settings } of sections) {
    claim(`The section name ${shown(section.name)}`, `a ${section.owner ?? 'room'}`)
    for (const { variable, path } of settings) {
      if (variable !== undefined) claim(`The variable ${variable}`, codeName(section, path))
    }
  }
}
