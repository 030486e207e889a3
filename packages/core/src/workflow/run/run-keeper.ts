import type { RunRef, StateStore } from '../../ports/index.js'
import type { Lane, Runner } from '../journal/index.js'
import type { Left, LiveRun } from './live-run.js'
import type { Registry } from './registry.js'
import type { RunHost } from './run-spec.js'
import type { SessionTurns } from './session-turns.js'
import type { StoredRuns } from './stored-run.js'

/** What part a process has: it starts and watches runs, it carries them out, or both. */
export type Role = 'client' | 'worker' | 'all'

/** Where the runs of a process are kept, for those who begin them and those who ask for them. */
export interface RunKeeper extends RunHost {
  readonly store: StateStore
  readonly lane: Lane
  readonly runner: Runner
  readonly registry: Registry
  readonly sessions: SessionTurns
  readonly stored: StoredRuns
  readonly newId: () => string
  readonly role: Role
  /** Whether runs that it starts are carried out here at once, or left to whoever takes them first. */
  readonly startsHere: boolean
  readonly isClosing: boolean
  /** Whether nothing that is stored outlives this process. */
  readonly isVolatile: boolean
  readonly isOverloaded: boolean
  readonly left: Left
  /** The run, where it is carried out here. */
  find(run: RunRef): LiveRun | undefined
  /** A run is carried out here from now on. */
  enter(run: LiveRun): void
  /** A run is not, after all: there is another one of its name. */
  forget(run: LiveRun): void
}
