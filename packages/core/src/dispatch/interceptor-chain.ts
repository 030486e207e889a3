import type { Interceptor } from '../ports/index.js'

/** An interceptor in its place. */
export interface Entry {
  readonly interceptor: Interceptor
}

/** The interceptors that stand around every call, the outermost first. */
export class InterceptorChain {
  /** Never changed, but replaced: a call keeps those with which it began. */
  entries: readonly Entry[] = []

  add(interceptor: Interceptor, place: 'innermost' | 'outermost'): Disposable {
    // One interceptor may stand there twice: its places are told apart by their entries.
    const entry = { interceptor }
    this.entries = place === 'innermost' ? [...this.entries, entry] : [entry, ...this.entries]
    return {
      [Symbol.dispose]: () => {
        this.entries = this.entries.filter((one) => one !== entry)
      },
    }
  }
}
