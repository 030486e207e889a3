import type { PostgresPlace } from './place.ts'

/** How a server is stopped: `fast` ends its sessions and writes everything down, `immediate` drops it like a crash. */
export type StopMode = 'fast' | 'immediate'

/** Programs to run, and whether they have to be unpacked before. */
export type Binaries = Pick<PostgresPlace, 'where'> & { readonly origin: 'installed' | 'packaged' }

/** Where a server's files are. */
export interface ServerFiles {
  readonly folder: string
  readonly dataFolder: string
  readonly logFile: string
}

/** What the guardian can be asked for, and with what it answers. */
export interface GuardianWork {
  create: {
    asked: { binaries: Binaries; password: string; settings: Readonly<Record<string, string>> }
    answered: ServerFiles
  }
  start: { asked: { port: number }; answered: { pid: number; launch: number } }
  stop: { asked: { mode: StopMode }; answered: Record<never, never> }
}

/** A question to the guardian. */
export type Question = {
  [Name in keyof GuardianWork]: { id: number; name: Name } & GuardianWork[Name]['asked']
}[keyof GuardianWork]

/** What the guardian says: an answer, why there is none, or that the process of a start has ended. */
export type Said = { id: number; answer: object } | { id: number; failed: string } | { exited: number }
