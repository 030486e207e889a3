import type { Call } from './call.js'

/** Stops calls when the signals they were given abort. One listener a signal: a signal walks through all it has. */
export class SignalWatch {
  readonly #watched = new WeakMap<AbortSignal, Watch>()

  watch(signal: AbortSignal, call: Call): void {
    let watch = this.#watched.get(signal)
    if (watch === undefined) {
      const calls = new Set<Call>()
      const stop = () => {
        this.#watched.delete(signal)
        for (const one of calls) one.stop(signal.reason)
      }
      watch = { calls, stop }
      this.#watched.set(signal, watch)
      signal.addEventListener('abort', stop, { once: true })
    }
    watch.calls.add(call)
  }

  forget(signal: AbortSignal, call: Call): void {
    const watch = this.#watched.get(signal)
    if (watch === undefined) return
    watch.calls.delete(call)
    if (watch.calls.size > 0) return
    this.#watched.delete(signal)
    signal.removeEventListener('abort', watch.stop)
  }
}

interface Watch {
  readonly calls: Set<Call>
  readonly stop: () => void
}
