import { type OptionFault, type OptionRule, optionFault } from './option-fault.js'
import { shown } from './shown.js'

/** The first fault of a group of options within the options: named `group.option`, and those of `required` are not absent. */
export function groupFault(
  group: string,
  value: unknown,
  rules: Readonly<Record<string, OptionRule>>,
  required: readonly string[] = [],
): OptionFault | undefined {
  const fault = optionFault(value, rules)
  if (fault !== undefined) {
    // What is no object at all is named by the group alone.
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value)
    return { ...fault, option: isGroup ? `${group}.${fault.option}` : group }
  }
  const absent = required.find((option) => (value as Readonly<Record<string, unknown>>)[option] === undefined)
  if (absent === undefined) return undefined
  return { option: group, received: shown(value), expected: `an object with ${required.join(' and ')}` }
}
