/** A schema of any library that follows Standard Schema (zod, valibot, arktype …); the shape is that specification's. */
export interface StandardSchema<Input = any, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What a caller may pass: the schema's type before defaults and transformations. */
export type InputOf<Schema> = Schema extends StandardSchema ? NonNullable<Schema['~standard']['types']>['input'] : never

/** What code receives: the schema's type after defaults and transformations. */
export type OutputOf<Schema> = Schema extends StandardSchema
  ? NonNullable<Schema['~standard']['types']>['output']
  : never

/** Where an issue lies, as one would write it: `lines[3].text`; the value itself is `(root)`. */
export function issuePath(issue: SchemaIssue): string {
  let path = ''
  for (const part of issue.path ?? []) {
    const key = typeof part === 'object' ? part.key : part
    if (typeof key === 'number') path += `[${key}]`
    else path += path === '' ? String(key) : `.${String(key)}`
  }
  return path === '' ? '(root)' : path
}
