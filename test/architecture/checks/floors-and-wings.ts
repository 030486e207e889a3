import { finding, type Finding } from '../finding.ts'
import { type Place, placeOf } from '../place.ts'
import { floors, foundation } from '../rules.ts'
import { resolveInside, type SourceFile } from '../source-file.ts'

const walkOfAMessage = [
  ...Object.entries(floors).map(([floor, rooms]) => `${floor} (${rooms.join(' → ')})`),
  ...foundation,
].join(' ↓ ')

const says = {
  floors: `imports run downwards and to the right only: ${walkOfAMessage}`,
  root: 'only the front door and the test orchestrator import the composition root',
  fromWing: `a side wing imports ${foundation.join(' and ')} only`,
  toWing: 'only the composition root imports a side wing; what a room needs of it arrives through a port',
  nowhere: 'the plan in test/architecture/rules.ts has no such place: use a room of it, or add the room there',
}

/** Rules 1 and 3: the floors and their rooms, the foundation under them, the side wings beside them. */
export function floorsAndWings(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    const from = placeOf(file.inside)
    if (from.kind === 'nowhere') return [finding(1, file, 1, says.nowhere)]
    if (from.kind === 'testing') return []
    return file.imports.flatMap(({ specifier, start }) => {
      const target = resolveInside(file, specifier)
      if (target === undefined) return []
      const broken = brokenRule(from, placeOf(target))
      return broken ? [finding(broken.rule, file, file.lineOf({ start }), broken.allowed)] : []
    })
  })
}

function brokenRule(from: Place, to: Place): { rule: 1 | 3; allowed: string } | undefined {
  if (from.room === to.room || from.kind === 'root' || to.kind === 'testing') return undefined
  if (from.kind === 'wing') return to.kind === 'foundation' ? undefined : { rule: 3, allowed: says.fromWing }
  if (to.kind === 'wing') return { rule: 3, allowed: says.toWing }
  if (to.kind === 'root') return { rule: 1, allowed: says.root }
  return runsDownOrRight(from, to) ? undefined : { rule: 1, allowed: says.floors }
}

function runsDownOrRight(from: Place, to: Place): boolean {
  if (from.kind === 'foundation') return to.kind === 'foundation' && to.depth > from.depth
  if (to.kind === 'foundation') return true
  if (from.kind !== 'floor' || to.kind !== 'floor') return false
  return to.depth > from.depth || (to.depth === from.depth && to.position > from.position)
}
