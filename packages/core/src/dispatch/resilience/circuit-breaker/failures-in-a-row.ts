import type { Tally } from './tally.js'

/** Has in view the failures since the last success. */
export class FailuresInARow implements Tally {
  failed = 0
  /** It has no view of slow calls: whoever asks for them keeps another tally. */
  readonly slow = 0

  get total(): number {
    return this.failed
  }

  add(failed: boolean): void {
    this.failed = failed ? this.failed + 1 : 0
  }

  clear(): void {
    this.failed = 0
  }
}
