/** Work that does, try by try, what a script says, the last line again and again; it keeps the signals that it was given. */
export interface ScriptedWork {
  (attempt: { readonly signal: AbortSignal }): Promise<unknown>
  calls: number
  readonly signals: AbortSignal[]
}

/** Makes work of its lines. */
export function scriptedWork(...lines: readonly (() => unknown)[]): ScriptedWork {
  const work = (attempt: { readonly signal: AbortSignal }): Promise<unknown> => {
    const line = lines[Math.min(own.calls, lines.length - 1)]
    own.calls++
    own.signals.push(attempt.signal)
    return line?.() as Promise<unknown>
  }
  const own: ScriptedWork = Object.assign(work, { calls: 0, signals: [] })
  return own
}
