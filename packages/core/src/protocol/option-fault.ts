import { nearestName } from './nearest-name.js'
import { shown } from './shown.js'

/** What one option has to be: a number within bounds, one of some words, or whatever a test lets pass. */
export type OptionRule =
  | {
      readonly min?: number
      /** Stands instead of `min`: the bound itself is not allowed. */
      readonly above?: number
      readonly max?: number
      readonly whole?: boolean
      readonly infinite?: boolean
    }
  | { readonly oneOf: readonly string[] }
  | { readonly fits: (value: unknown) => boolean; readonly expected: string }

/** An option that cannot be, and what could. */
export interface OptionFault {
  readonly option: string
  readonly received: string
  readonly expected: string
}

/** The first of some options that breaks its rule or has none; nothing when all are well. What is absent is well. */
export function optionFault(options: unknown, rules: Readonly<Record<string, OptionRule>>): OptionFault | undefined {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return { option: 'options', received: shown(options), expected: 'an object of options' }
  }
  for (const [option, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, option) ? rules[option] : undefined
    if (rule === undefined) return { option, received: shown(value), expected: knownOptions(option, rules) }
    if (value !== undefined && !keeps(value, rule)) return { option, received: shown(value), expected: inWords(rule) }
  }
  return undefined
}

function keeps(value: unknown, rule: OptionRule): boolean {
  if ('fits' in rule) return rule.fits(value)
  if ('oneOf' in rule) return rule.oneOf.includes(value as string)
  if (typeof value !== 'number' || Number.isNaN(value)) return false
  const { min = Number.NEGATIVE_INFINITY, above = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = rule
  if (!Number.isFinite(value)) return rule.infinite === true && value > 0
  return value >= min && value > above && value <= max && (rule.whole !== true || Number.isSafeInteger(value))
}

function inWords(rule: OptionRule): string {
  if ('fits' in rule) return rule.expected
  if ('oneOf' in rule) return rule.oneOf.map((word) => `'${word}'`).join(' or ')
  const { min, above, max, whole, infinite } = rule
  const from = above === undefined ? min !== undefined && `from ${min}` : `above ${above}`
  const to = max !== undefined && `up to ${max}`
  const parts = [whole === true ? 'a whole number' : 'a number', from, to, infinite === true && 'or Infinity']
  return parts.filter(Boolean).join(' ')
}

function knownOptions(option: string, rules: Readonly<Record<string, OptionRule>>): string {
  const known = Object.keys(rules)
  const near = nearestName(option, known)
  return near === undefined ? `none of that name: only ${known.join(', ')}` : `none of that name: perhaps ${near}`
}
