import { kernelFailure } from './failures.js'
import type { Key, KeyedNeed } from './key.js'
import type { Part } from './part.js'

/** What there is to know of parts in order to put them in order. */
export interface PartGraph {
  needsOf(part: Part): readonly KeyedNeed[]
  /** The part that provides a key; throws, with the path that led to the need, when there is none. */
  require(key: Key, path: readonly string[]): Part
}

/** The parts and all that they need, each after what it needs; throws when some need each other in a circle. */
export function orderByNeeds(parts: readonly Part[], graph: PartGraph): Part[] {
  const ordered = new Set<Part>()
  const path = new Set<Part>()
  const visit = (part: Part): void => {
    if (ordered.has(part)) return
    if (path.has(part)) throw circularNeed([...path, part])
    path.add(part)
    for (const { key } of graph.needsOf(part)) visit(graph.require(key, namesOf(path)))
    path.delete(part)
    ordered.add(part)
  }
  for (const part of parts) visit(part)
  return [...ordered]
}

function circularNeed(path: readonly Part[]) {
  const last = path.at(-1) as Part
  return kernelFailure('kernel.circular_need', { path: namesOf(path.slice(path.indexOf(last))) })
}

function namesOf(parts: Iterable<Part>): string[] {
  return Array.from(parts, ({ name }) => name)
}
