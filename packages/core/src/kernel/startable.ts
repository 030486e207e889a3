import type { Stop } from './plugin.js'

/** One thing to be started before, and stopped after, those that need it. */
export interface Startable {
  readonly name: string
  readonly needs: readonly Startable[]
  start(signal: AbortSignal): Promise<Stop | undefined>
  /** Is told how long it took to start, and to stop. */
  started?(ms: number): void
  stopped?(ms: number, failure?: unknown): void
}
