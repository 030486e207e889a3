import { floors, foundation, wings } from './rules.ts'

/** Where in the house a file lives. `room` is what has a door: `dispatch/pool`, `ports`, or a floor's own files. */
export type Place =
  | { kind: 'root'; room: 'the composition root' }
  | { kind: 'foundation'; room: string; depth: number }
  | { kind: 'wing'; room: string }
  | { kind: 'floor'; room: string; depth: number; position: number }
  | { kind: 'testing'; room: 'testing' }
  | { kind: 'nowhere'; room: string }

/** Finds the place of a file from its path below the core's `src`. */
export function placeOf(inside: string): Place {
  const [first = '', second = ''] = inside.split('/')
  // `orchestrator/` holds what `orchestrator.ts` composes with; it is entered from there and from the front door only.
  if (!inside.includes('/') || inside.startsWith('orchestrator/')) return { kind: 'root', room: 'the composition root' }
  if (first === 'testing') return { kind: 'testing', room: 'testing' }
  if (wings.includes(first)) return { kind: 'wing', room: first }
  if (foundation.includes(first)) return { kind: 'foundation', room: first, depth: foundation.indexOf(first) }

  const rooms = floors[first]
  if (rooms === undefined) return { kind: 'nowhere', room: first }
  const depth = Object.keys(floors).indexOf(first)
  const isOwnFile = inside.split('/').length === 2
  if (isOwnFile) return { kind: 'floor', room: first, depth, position: -1 }
  if (!rooms.includes(second)) return { kind: 'nowhere', room: `${first}/${second}` }
  return { kind: 'floor', room: `${first}/${second}`, depth, position: rooms.indexOf(second) }
}

/** The file through which others enter a room, below the core's `src`. */
export function doorOf({ room, kind }: Place): string | undefined {
  return kind === 'root' ? undefined : `${room}/index.ts`
}
