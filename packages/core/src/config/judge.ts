import { isError, type SchemaIssue, type SchemaResult, shown } from '../ports/index.js'
import { configFailure } from './failures.js'
import type { OptionTree } from './option-tree.js'
import type { SecretTexts } from './secret-texts.js'
import type { SettingsSection } from './settings-section.js'

type Parse = (value: unknown) => {
  readonly data?: unknown
  readonly error?: { readonly issues: readonly SchemaIssue[] } | undefined
}

/** Has the schema of a section parse its options. What its rules throw is an issue as well. */
export function judge(section: SettingsSection, options: OptionTree, secrets: SecretTexts): SchemaResult<unknown> {
  try {
    // Not by way of `~standard`, which turns whatever a rule throws into a promise.
    const { data, error } = (section.schema as unknown as { safeParse: Parse }).safeParse(options)
    return error === undefined ? { value: data } : { issues: error.issues }
  } catch (error) {
    const told = isError(error) ? error.message : shown(error)
    if (/Promise during synchronous parse/.test(told)) {
      throw configFailure('config.unsupported_schema', { section: section.name, because: 'its schema is asynchronous' })
    }
    return { issues: [{ message: `a rule of its schema threw: ${secrets.without(told)}` }] }
  }
}
