import { identifier, type StandardSchema } from '../../ports/index.js'
import { graphFailure } from './failures.js'

/** Something that a run can be told from outside, by name. */
export interface Signal<Schema extends StandardSchema = StandardSchema> {
  readonly name: string
  readonly schema: Schema
}

/** Names something that a run can be told, and says what comes with it. */
export function signal<Schema extends StandardSchema>(name: string, schema: Schema): Signal<Schema> {
  identifier(name, "signal's name")
  if (name.startsWith('$')) throw graphFailure('workflow.invalid_definition', reservedSignal(name))
  if (typeof schema?.['~standard']?.validate !== 'function') {
    throw graphFailure('workflow.invalid_definition', {
      what: `The signal ${name}`,
      because: 'has no schema',
      remedy: 'Give signal(name, schema) a schema of a library that follows Standard Schema.',
    })
  }
  return Object.freeze({ name, schema })
}

function reservedSignal(name: string) {
  return {
    what: `The signal ${name}`,
    because: 'has a name that begins with $, as only those of Baton do',
    remedy: 'Choose another name.',
  }
}
