import { maskText } from './mask-text.js'

const longest = 80

/** A value as a message to a person shows it: short, on one line, its kind recognisable, without credentials. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(cut(maskText(value)))
    case 'bigint':
      return `${value}n`
    case 'function':
      return value.name ? `function ${cut(String(value.name))}` : 'a function'
    case 'object':
      if (value === null) return 'null'
      if (Array.isArray(value)) return `an array of ${value.length}`
      return classOf(value) === 'Object' ? 'an object' : `an object of class ${cut(String(classOf(value)))}`
    default:
      return String(value)
  }
}

function classOf(value: object): unknown {
  return (Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null)?.constructor?.name ?? 'none'
}

function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`
}
