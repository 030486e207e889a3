import type { Random } from '../../../ports/index.js'

/** How chance spreads the waits of those who failed together: over the whole wait, its half, a walk from the wait before, or not. */
export type Jitter = 'full' | 'equal' | 'decorrelated' | 'none'

export interface BackoffOptions {
  readonly baseMs: number
  readonly capMs: number
  readonly jitter: Jitter
}

/** How long to wait before the retry of this number (1 is the first), never longer than the cap. */
export function backoffMs(
  { baseMs, capMs, jitter }: BackoffOptions,
  retry: number,
  beforeMs: number,
  random: Random,
): number {
  // From some number on the power would be infinite, and 0 times that is no number.
  const wait = Math.min(capMs, baseMs * 2 ** Math.min(retry - 1, 1_000))
  if (jitter === 'none') return wait
  const chance = random.next()
  if (jitter === 'full') return wait * chance
  if (jitter === 'equal') return wait / 2 + (wait / 2) * chance
  const from = Math.min(baseMs, capMs)
  return Math.min(capMs, from + chance * (Math.max(from, beforeMs * 3) - from))
}
