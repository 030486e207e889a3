import { isError } from './is-error.js'
import { isFailure } from './failure.js'
import { maskText } from './mask-text.js'
import { shown } from './shown.js'

/** What was thrown, as a short text without credentials. Whatever it is, this does not throw. */
export function errorText(thrown: unknown): string {
  try {
    if (isFailure(thrown)) return thrown.message
    if (typeof thrown === 'string') return maskText(thrown)
    if (!isError(thrown)) return shown(thrown)
    const [name, message] = [String(thrown.name), maskText(String(thrown.message))]
    if (message === '') return name
    // Every error is one: only a name that tells more is worth its place.
    return name === 'Error' ? message : `${name}: ${message}`
  } catch {
    return 'something that cannot be shown'
  }
}
