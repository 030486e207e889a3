import { type Measure, toVariable } from './measure.js'
import type { SchemaNode, SettingKind } from './setting-kind.js'

/** Who reads it: one who sets a variable, or one who writes code, where durations are always milliseconds. */
export type Writer = 'environment' | 'code'

/** What a setting may be, in words: `0.001 s to 86,400 s`. */
export function allowedValues(kind: SettingKind | undefined, measure: Measure, writer: Writer): string {
  switch (kind?.kind) {
    case undefined:
      return ''
    case 'text':
      return text(kind.node)
    case 'number':
      return number(kind.node, kind.whole, writer === 'code' ? asInCode(measure) : measure)
    case 'boolean':
      return 'true or false'
    case 'choice':
      return kind.values.length === 1 ? String(kind.values[0]) : `one of ${kind.values.join(', ')}`
    case 'list':
      return list(allowedValues(kind.of, measure, writer), kind.node, writer)
    case 'either':
      return kind.of.map((one) => allowedValues(one, measure, writer)).join(', or ')
  }
}

/** A number as people write it: with commas between thousands. */
export function grouped(value: number): string {
  const [whole = '', ...rest] = String(value).split('.')
  return [/e/.test(whole) ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ','), ...rest].join('.')
}

function asInCode(measure: Measure): Measure {
  return { ...measure, variableUnit: measure.codeUnit, factor: 1 }
}

function number(node: SchemaNode, whole: boolean, measure: Measure): string {
  const unit = measure.variableUnit === undefined ? '' : ` ${measure.variableUnit}`
  const written = (value: number) => `${grouped(toVariable(value, measure))}${unit}`
  const range = between(bounds(node, written))
  const step = node.multipleOf ?? (whole && measure.factor !== 1 ? 1 : undefined)
  const plain = whole && measure.factor === 1 ? 'a whole number' : range === '' ? 'a number' : ''
  const noun = range === '' ? `${plain}${unit && ` of${unit}`}` : plain
  const phrase = numberPhrase(noun, range)
  return step === undefined || (step === 1 && plain === 'a whole number')
    ? phrase
    : `${phrase} in steps of ${written(step)}`
}

function numberPhrase(noun: string, range: string): string {
  if (noun === '' || range === '') return noun + range
  return `${noun}${range.includes(' to ') ? ' from ' : ', '}${range}`
}

interface Bounds {
  readonly least: string | undefined
  readonly most: string | undefined
  readonly above: string | undefined
  readonly below: string | undefined
}

function bounds(node: SchemaNode, written: (value: number) => string): Bounds {
  // Whole numbers are always bounded by what a number can hold: no news to anybody.
  const bound = (value: number | undefined) =>
    value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? undefined : written(value)
  return {
    least: bound(node.minimum),
    most: bound(node.maximum),
    above: bound(node.exclusiveMinimum),
    below: bound(node.exclusiveMaximum),
  }
}

function between({ least, most, above, below }: Bounds): string {
  if (least !== undefined && most !== undefined) return `${least} to ${most}`
  const low = above !== undefined ? `more than ${above}` : least !== undefined ? `at least ${least}` : ''
  const high = below !== undefined ? `less than ${below}` : most !== undefined ? `at most ${most}` : ''
  return [low, high].filter(Boolean).join(' and ')
}

function text({ minLength = 0, maxLength, format, pattern }: SchemaNode): string {
  const length =
    maxLength !== undefined
      ? ` of ${grouped(minLength)} to ${grouped(maxLength)} characters`
      : minLength > 1
        ? ` of at least ${grouped(minLength)} characters`
        : ''
  const form =
    format !== undefined ? ` in the form of ${format}` : pattern !== undefined ? ` that matches ${pattern}` : ''
  return length + form === '' && minLength === 1 ? 'text that is not empty' : `text${length}${form}`
}

function list(of: string, { minItems = 0, maxItems }: SchemaNode, writer: Writer): string {
  const count =
    maxItems !== undefined
      ? `${grouped(minItems)} to ${grouped(maxItems)} `
      : minItems > 0
        ? `at least ${grouped(minItems)} `
        : ''
  const entries = count === '' ? 'a list' : `a list of ${count.trim()}`
  return `${entries}${writer === 'environment' ? ', separated by commas' : ''}, each ${of}`
}
