import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'

/** Something that a step did to the world. */
export interface Effect {
  readonly what: 'effect'
  readonly run: string
  readonly step: string
  readonly attempt: number
  /** The key by which the world would know that it is the same effect. */
  readonly key: string
  readonly pid: number
  /** The version of the workflow that had it done, where that matters. */
  readonly version?: number | undefined
}

/** What a process was told is stored: a run, a signal, an end. */
export interface Acknowledged {
  readonly what: 'started' | 'signalled' | 'ended'
  readonly run: string
  readonly pid: number
}

/** A process was about to be killed at a point. */
export interface Killed {
  readonly what: 'killed'
  readonly point: string
  readonly pid: number
}

export type Line = Effect | Acknowledged | Killed

/** What happened, as the world saw it: lines are added, and none is ever taken back. */
export class Ledger {
  readonly file: string
  readonly #descriptor: number

  constructor(file: string) {
    this.file = file
    this.#descriptor = openSync(file, 'a')
  }

  /** Adds a line; it is on the disk when this returns. */
  write(line: Line): void {
    writeSync(this.#descriptor, `${JSON.stringify(line)}\n`)
    fsyncSync(this.#descriptor)
  }

  /** Adds a line that outlives this process, which is all that a test of thousands asks for. */
  jot(line: Line): void {
    appendFileSync(this.#descriptor, `${JSON.stringify(line)}\n`)
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

/** All lines of a ledger. */
export function readLedger(file: string): readonly Line[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

/** The effects of a ledger, of one run if it is given. */
export function effectsOf(lines: readonly Line[], run?: string): readonly Effect[] {
  return lines.filter((line): line is Effect => line.what === 'effect' && (run === undefined || line.run === run))
}

/** What a world that remembers keys would have seen: of effects with equal keys the first. */
export function keyedEffects(effects: readonly Effect[]): readonly Effect[] {
  const byKey = new Map<string, Effect>()
  for (const effect of effects) if (!byKey.has(effect.key)) byKey.set(effect.key, effect)
  return [...byKey.values()]
}
