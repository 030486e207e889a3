import {
  type AgentMessage,
  groupFault,
  identifier,
  type OptionFault,
  type OptionRule,
  optionFault,
  shown,
} from '../../ports/index.js'
import { type AgentOptions, checkPolicy } from '../agent/index.js'
import type { Strategy } from './balancing/candidate.js'
import { poolFailure } from './failures.js'

const strategyNames = ['adaptive', 'round-robin', 'weighted', 'least-loaded', 'consistent-hash'] as const

/** The strategies that Baton brings. */
export type StrategyName = (typeof strategyNames)[number]

/** How a pool chooses among its members, and what it holds against them. All have good defaults. */
export interface PoolOptions extends AgentOptions {
  /** How it is chosen who serves: `adaptive`. */
  readonly strategy?: StrategyName | Strategy | undefined
  /** What `consistent-hash` goes by: the session, else the idempotency key, else the correlation id. */
  readonly key?: ((message: AgentMessage) => string) | undefined
  /** When a member is not chosen for a while because of how its calls end; `false` for never. */
  readonly ejection?: EjectionOptions | false | undefined
  /** Asks the members how they are, those that can tell; absent for not at all. */
  readonly health?: HealthCheckOptions | undefined
  /** How long who joins or comes back takes to get its full share: 10,000. */
  readonly slowStartMs?: number | undefined
  /** When fewer than this share can serve, those ejected for their outcomes serve too: 0, which is never. */
  readonly panicBelow?: number | undefined
}

/** When the outcomes of its calls speak against a member. */
export interface EjectionOptions {
  /** So many failures in a row: 5. */
  readonly consecutive?: number | undefined
  /** A share of failures so much above that of the others together: 0.3. */
  readonly aboveOthers?: number | undefined
  /** From how many calls on the share counts: 20. */
  readonly minimum?: number | undefined
  /** How far back the share looks: 30,000. */
  readonly withinMs?: number | undefined
  /** How long the first ejection lasts: 10,000. */
  readonly forMs?: number | undefined
  /** How much longer each further one lasts, as long as the member did not do well in between: 2. */
  readonly growth?: number | undefined
  /** What none is longer than: 300,000, or `forMs` where that is more. */
  readonly maxForMs?: number | undefined
  /** Which share of it chance may add, so that not all come back at once: 0.2. */
  readonly jitter?: number | undefined
  /** The largest share of the members that may be ejected at once, but one of two may always: 0.5. */
  readonly maxShare?: number | undefined
}

/** How the members are asked how they are. */
export interface HealthCheckOptions {
  /** How long between two questions: 10,000. */
  readonly intervalMs?: number | undefined
  /** How long an answer may take: 2,000. */
  readonly timeoutMs?: number | undefined
  /** After how many bad answers a member counts as unhealthy: 2. */
  readonly unhealthyAfter?: number | undefined
  /** After how many good ones it serves again: 2. */
  readonly healthyAfter?: number | undefined
}

type Complete<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> }

export type EjectionSettings = Complete<EjectionOptions>
export type HealthCheckSettings = Complete<HealthCheckOptions>

/** The options with nothing left open. */
export interface PoolSettings {
  readonly strategy: StrategyName | Strategy
  readonly key: ((message: AgentMessage) => string) | undefined
  readonly ejection: EjectionSettings | undefined
  readonly health: HealthCheckSettings | undefined
  readonly slowStartMs: number
  readonly panicBelow: number
}

const longestMs = 31_536_000_000
const ms: OptionRule = { above: 0, max: longestMs }
const times: OptionRule = { min: 1, max: 100_000, whole: true }
const share: OptionRule = { above: 0, max: 1 }
/** Groups are looked at one by one, once all names are known to be right. */
const group: OptionRule = { fits: () => true, expected: 'an object' }

const rules: Readonly<Record<string, OptionRule>> = {
  strategy: {
    fits: (value) => (strategyNames as readonly unknown[]).includes(value) || isStrategy(value),
    expected: `one of ${strategyNames.map((name) => `'${name}'`).join(', ')}, or { name, choose }`,
  },
  key: { fits: (value) => typeof value === 'function', expected: 'a function: (message) => message.session' },
  ejection: group,
  health: group,
  slowStartMs: { min: 0, max: longestMs },
  panicBelow: { min: 0, max: 1 },
  policy: group,
  groups: { fits: Array.isArray, expected: 'a list of names' },
}

const ejectionRules: Readonly<Record<keyof EjectionOptions, OptionRule>> = {
  consecutive: { ...times, infinite: true },
  aboveOthers: share,
  minimum: times,
  withinMs: ms,
  forMs: ms,
  growth: { min: 1, max: 100 },
  maxForMs: ms,
  jitter: { min: 0, max: 1 },
  maxShare: share,
}

const healthRules: Readonly<Record<keyof HealthCheckOptions, OptionRule>> = {
  intervalMs: ms,
  timeoutMs: ms,
  unhealthyAfter: times,
  healthyAfter: times,
}

/** The options checked and completed, or the failure that says which one cannot be. */
export function poolSettings(pool: string, options: PoolOptions): PoolSettings {
  const fault = faultOf(options)
  if (fault !== undefined) throw poolFailure('pool.invalid_option', { pool, ...fault })
  checkPolicy(`The pool ${pool}`, options.policy)
  for (const one of options.groups ?? []) identifier(one, "group's name")
  const { strategy = 'adaptive', key, ejection = {}, health, slowStartMs = 10_000, panicBelow = 0 } = options
  return Object.freeze({
    strategy,
    key,
    ejection: ejection === false ? undefined : Object.freeze(ejectionSettings(ejection)),
    health: health && Object.freeze(healthSettings(health)),
    slowStartMs,
    panicBelow,
  })
}

function ejectionSettings(options: EjectionOptions): EjectionSettings {
  const { consecutive = 5, aboveOthers = 0.3, minimum = 20, withinMs = 30_000, forMs = 10_000 } = options
  const { growth = 2, maxForMs = Math.max(300_000, forMs), jitter = 0.2, maxShare = 0.5 } = options
  return { consecutive, aboveOthers, minimum, withinMs, forMs, growth, maxForMs, jitter, maxShare }
}

function healthSettings(options: HealthCheckOptions): HealthCheckSettings {
  const { intervalMs = 10_000, timeoutMs = 2_000, unhealthyAfter = 2, healthyAfter = 2 } = options
  return { intervalMs, timeoutMs, unhealthyAfter, healthyAfter }
}

function faultOf(options: PoolOptions): OptionFault | undefined {
  const fault = optionFault(options, rules)
  if (fault !== undefined) return fault
  const { ejection, health, strategy, key } = options
  if (key !== undefined && strategy !== 'consistent-hash') {
    return { option: 'key', received: shown(key), expected: "it with strategy: 'consistent-hash', or not at all" }
  }
  const inEjection =
    ejection === undefined || ejection === false ? undefined : groupFault('ejection', ejection, ejectionRules)
  if (inEjection !== undefined) return inEjection
  if (ejection && ejection.maxForMs !== undefined && ejection.maxForMs < (ejection.forMs ?? 10_000)) {
    const expected = `at least forMs, which is ${ejection.forMs ?? 10_000}`
    return { option: 'ejection.maxForMs', received: shown(ejection.maxForMs), expected }
  }
  return health === undefined ? undefined : groupFault('health', health, healthRules)
}

function isStrategy(value: unknown): value is Strategy {
  const { name, choose } = (value ?? {}) as Partial<Strategy>
  return typeof name === 'string' && name !== '' && typeof choose === 'function'
}
