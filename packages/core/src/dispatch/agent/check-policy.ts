import { type PolicyLike, shown } from '../../ports/index.js'
import { agentFailure } from './failures.js'

/** Throws unless what was given as a policy is one; what is absent is none, and well. */
export function checkPolicy(what: string, policy: PolicyLike | undefined): void {
  if (policy === undefined) return
  const { execute, start } = (policy ?? {}) as { readonly execute?: unknown; readonly start?: unknown }
  if (typeof execute === 'function' || typeof start === 'function') return
  throw agentFailure('agent.invalid_definition', {
    what,
    because: `has ${shown(policy)} as its policy`,
    remedy: 'Give what policy(…) returned, or an object with execute(work, signal).',
  })
}
