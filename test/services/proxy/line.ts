/** What all connections of a proxy share: how long bytes are under way, and whether they are at all. */
export class Weather {
  #delayMs = 0
  #isPaused = false
  readonly #waiting = new Set<() => void>()

  get delayMs(): number {
    return this.#delayMs
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  change(to: { delayMs?: number; isPaused?: boolean }): void {
    this.#delayMs = to.delayMs ?? this.#delayMs
    this.#isPaused = to.isPaused ?? this.#isPaused
    for (const go of this.#waiting) go()
  }

  /** Calls back at every change, until the returned function is called. */
  onChange(go: () => void): () => void {
    this.#waiting.add(go)
    return () => this.#waiting.delete(go)
  }
}

/** One direction of a connection: what goes in comes out in the same order, when the weather allows it. */
export class Line {
  readonly #weather: Weather
  readonly #deliver: (what: Buffer | 'end') => void
  readonly #stopListening: () => void
  readonly #queue: { what: Buffer | 'end'; due: number }[] = []
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(weather: Weather, deliver: (what: Buffer | 'end') => void) {
    this.#weather = weather
    this.#deliver = deliver
    this.#stopListening = weather.onChange(() => this.#go())
  }

  send(what: Buffer | 'end'): void {
    this.#queue.push({ what, due: performance.now() + this.#weather.delayMs })
    this.#go()
  }

  /** Loses everything that has not come out. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#stopListening()
  }

  #go(): void {
    clearTimeout(this.#timer)
    while (!this.#isClosed && !this.#weather.isPaused) {
      const first = this.#queue[0]
      if (first === undefined) return
      const waitMs = first.due - performance.now()
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#go(), Math.ceil(waitMs))
        return
      }
      this.#queue.shift()
      this.#deliver(first.what)
    }
  }
}
