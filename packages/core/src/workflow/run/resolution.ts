import { isFailure, type NewRecord, shown } from '../../ports/index.js'
import { bodyOf, failureBodyOf, type History, permitKey } from '../journal/index.js'
import { runFailure } from './failures.js'

/** What a person decides about a step of which nobody can tell whether it was done. */
export type Resolution = { readonly output: unknown } | { readonly failure: unknown } | 'retry'

/** What is recorded of such a decision. */
export function decided(step: string, resolution: Resolution, { records }: History): NewRecord {
  if (resolution !== 'retry' && !['output', 'failure'].some((name) => Object.hasOwn(Object(resolution), name))) {
    const expected = `{ output }, { failure } or 'retry'`
    throw runFailure('workflow.invalid_option', { option: 'resolution', received: shown(resolution), expected })
  }
  if (resolution === 'retry') {
    let number = 1
    while (records.some(({ key }) => key === permitKey(step, number))) number++
    return { key: permitKey(step, number), kind: 'mark', attempt: number }
  }
  if ('output' in resolution) {
    return { key: step, kind: 'result', body: bodyOf(`The output of ${step}`, resolution.output), attempt: 1 }
  }
  const { failure } = resolution
  const told = isFailure(failure)
    ? failure
    : runFailure('workflow.invalid_choice', { workflow: '', step, because: String(failure) })
  return { key: step, kind: 'failure', body: failureBodyOf(told), attempt: 1 }
}
