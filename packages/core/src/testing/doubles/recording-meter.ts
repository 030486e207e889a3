import type { Attributes, Meter } from '../../ports/index.js'

/** A meter that keeps what it is told: sums, and observations one by one, by name and attributes. */
export class RecordingMeter implements Meter {
  readonly #sums = new Map<string, number>()
  readonly #observations = new Map<string, number[]>()

  add(name: string, by: number, attributes?: Attributes): void {
    if (!(by >= 0 && Number.isFinite(by))) return
    const key = seriesOf(name, attributes)
    this.#sums.set(key, (this.#sums.get(key) ?? 0) + by)
  }

  record(name: string, value: number, attributes?: Attributes): void {
    if (!Number.isFinite(value)) return
    const key = seriesOf(name, attributes)
    const observations = this.#observations.get(key)
    if (observations) observations.push(value)
    else this.#observations.set(key, [value])
  }

  /** What was added to one series; 0 when nothing was. */
  sum(name: string, attributes?: Attributes): number {
    return this.#sums.get(seriesOf(name, attributes)) ?? 0
  }

  /** What was recorded in one series, in order. */
  observations(name: string, attributes?: Attributes): readonly number[] {
    return this.#observations.get(seriesOf(name, attributes)) ?? []
  }
}

function seriesOf(name: string, attributes: Attributes = {}): string {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined)
  return JSON.stringify([name, ...given.toSorted(([a], [b]) => (a < b ? -1 : 1))])
}
