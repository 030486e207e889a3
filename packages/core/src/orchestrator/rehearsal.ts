import type { RunnableOperation } from '../dispatch/index.js'
import { type Consumer, transient } from '../kernel/index.js'
import type { LifecycleEvent, Operation } from '../ports/index.js'

/** How a test changes what is assembled. */
export interface Rehearsal {
  /** Other code for an operation, where there is any; the operation needs nothing then. */
  readonly codeOf: (operation: Operation) => RunnableOperation['run'] | undefined
  /** Makes the failure of an operation that runs for real and needs what the test does not provide. */
  readonly absent: (need: string) => Error
  /** Is told of everything, from the start on. */
  readonly observe: (event: LifecycleEvent) => void
}

/** What is provided, completed by parts that fail when they are used: for needs that need not be met. */
export function completed(
  provide: Readonly<Record<string, unknown>>,
  consumers: readonly Consumer[],
  failureFor: (need: string) => Error,
): Readonly<Record<string, unknown>> {
  const absent = consumers
    .flatMap(({ needs }) => needs.map(({ key }) => key))
    .filter((key) => typeof key === 'string' && !Object.hasOwn(provide, key)) as string[]
  const failing = (name: string) =>
    transient(() => {
      throw failureFor(name)
    })
  return { ...Object.fromEntries(absent.map((name) => [name, failing(name)])), ...provide }
}
