import type { Ending, Source } from './source.js'

interface Closable extends Partial<AsyncDisposable & Disposable> {
  readonly process?: unknown
  close?(): unknown
}

/**
 * How an instance that a source made is closed: as the source says, else as the instance itself offers; if at all.
 * One that was among its `needs` was handed on, not made.
 */
export function closerOf(
  source: Source,
  instance: unknown,
  needs: Readonly<Record<string, unknown>> = {},
): ((ending?: Ending) => Promise<void>) | undefined {
  if (source.close !== undefined) return async (ending = {}) => source.close?.(instance, ending)
  if (Object.values(needs).includes(instance)) return undefined
  if ((typeof instance !== 'object' && typeof instance !== 'function') || instance === null) return undefined
  const part = instance as Closable
  if (typeof part[Symbol.asyncDispose] === 'function') return async () => part[Symbol.asyncDispose]?.()
  if (typeof part[Symbol.dispose] === 'function') return async () => part[Symbol.dispose]?.()
  // An agent says in its protocol how it is closed.
  if (typeof part.process === 'function' && typeof part.close === 'function') {
    return async () => {
      await part.close?.()
    }
  }
  return undefined
}
