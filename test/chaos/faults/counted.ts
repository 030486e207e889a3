import type { Plugin } from '@baton/core'
import type { Outcome } from '@baton/core/ports'
import { wrapPlugin } from './wrap-ports.ts'

/** What became of the writes of a process. */
export interface Tally {
  /** Writes of holders that the store did not take. */
  readonly refused: number
  /** Calls that failed: whether the store did the work nobody could tell. */
  readonly failed: number
}

/** The same plugin, whose store counts what became of writes. */
export function counted(plugin: Plugin, tally: { refused: number; failed: number }): Plugin {
  return wrapPlugin(plugin, {
    states: (store) =>
      new Proxy(store, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name, target)
          if (typeof member !== 'function') return member
          if (name !== 'append') return member.bind(target)
          return async (...given: Parameters<typeof target.append>): Promise<readonly Outcome[]> => {
            try {
              const outcomes = await target.append(...given)
              outcomes.forEach(({ accepted }, index) => {
                if (!accepted && given[0][index]?.kind === 'held') tally.refused++
              })
              return outcomes
            } catch (error) {
              tally.failed++
              throw error
            }
          }
        },
      }),
  })
}
