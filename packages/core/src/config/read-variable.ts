import { type Measure, toCode } from './measure.js'
import type { SettingKind } from './setting-kind.js'

const amount = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?) ?([a-z]*)$/i
const switches = new Map(
  Object.entries({ true: true, 1: true, yes: true, on: true, false: false, 0: false, no: false, off: false }),
)

/** The value that a text stands for, in units of code; undefined when it stands for none. Bounds are the schema's affair. */
export function readVariable(text: string, kind: SettingKind, measure: Measure): unknown {
  switch (kind.kind) {
    case 'text':
      return text
    case 'number':
      return readNumber(text, measure)
    case 'boolean':
      return switches.get(text.toLowerCase())
    case 'choice':
      return readChoice(text, kind.values)
    case 'list':
      return readList(text, kind.of, measure)
    case 'either':
      for (const one of kind.of) {
        const value = readVariable(text, one, measure)
        if (value !== undefined) return value
      }
      return undefined
  }
}

function readNumber(text: string, measure: Measure): number | undefined {
  const [, digits, suffix = ''] = amount.exec(text) ?? []
  const value = digits === undefined ? undefined : toCode(Number(digits), suffix, measure)
  return Number.isFinite(value) ? value : undefined
}

function readChoice(
  text: string,
  values: readonly (string | number | boolean)[],
): string | number | boolean | undefined {
  const exact = values.find((value) => String(value) === text)
  if (exact !== undefined) return exact
  const folded = values.filter((value) => String(value).toLowerCase() === text.toLowerCase())
  return folded.length === 1 ? folded[0] : undefined
}

function readList(text: string, of: SettingKind, measure: Measure): readonly unknown[] | undefined {
  const parts = text.split(',').map((part) => part.trim())
  const values = parts.filter(Boolean).map((part) => readVariable(part, of, measure))
  return values.includes(undefined) ? undefined : values
}
