import { shown } from '../ports/index.js'
import { configFailure } from './failures.js'

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where settings are read from besides code: a description, which reads nothing by itself. */
export interface Config {
  readonly prefix: string
  /** Whether an unknown variable with the prefix is a fault, and not a warning only. */
  readonly strict: boolean
  /** The variables to read in place of the host's. */
  readonly env: Environment | undefined
}

/** The prefix of every variable, unless another is given. */
export const usualPrefix = 'ORCHESTRATOR_'

/** Says that settings are to be read from environment variables, when the orchestrator is created. */
export function configFromEnv(
  options: {
    /** What the names of all variables start with: `ORCHESTRATOR_` unless given. */
    readonly prefix?: string | undefined
    /** Refuses unknown variables with the prefix; otherwise they are warned about. */
    readonly strict?: boolean | undefined
    /** For tests: what to read in place of the host's environment. */
    readonly env?: Environment | undefined
  } = {},
): Config {
  const { prefix = usualPrefix, strict = false, env } = options
  // With an empty prefix every variable of the host would be an unknown one of ours.
  if (typeof prefix !== 'string' || !/^[A-Za-z]\w*$/.test(prefix)) {
    throw configFailure('config.invalid_prefix', { received: shown(prefix) })
  }
  return Object.freeze({ prefix, strict, env })
}

/** The text of a variable without surrounding space; an empty one counts as not set. */
export function variableText(env: Environment, name: string): string | undefined {
  const text = Object.hasOwn(env, name) ? env[name] : undefined
  if (text === undefined || text === null) return undefined
  return String(text).trim() || undefined
}
