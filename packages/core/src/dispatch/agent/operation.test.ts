import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isFailure, need, type StandardSchema } from '../../ports/index.js'
import { operation, type RunnableOperation } from './operation.js'

const Text = z.object({ text: z.string() })
const contextMembers = [
  'message',
  'signal',
  'attempt',
  'runId',
  'step',
  'tenant',
  'session',
  'log',
  'remainingMs',
  'idempotencyKey',
  'progress',
  'ask',
  'newId',
  'now',
]

/** Defines an operation as code without types would. */
const untyped = operation as unknown as (definition: object) => RunnableOperation

describe('operation', () => {
  it('belongs to no agent until one takes it in, and keeps its contract, needs and description', () => {
    const db = need<string>()
    const made = operation({ description: 'Says it.', needs: { db }, input: Text, output: Text, run: (input) => input })
    expect(made).toMatchObject({ agent: '', name: '', description: 'Says it.', needs: { db } })
    expect(made.contract).toEqual({ input: Text, output: Text })
  })

  it('needs nothing unless told', () => {
    expect(operation({ input: Text, output: Text, run: (input) => input }).needs).toEqual({})
  })

  it.each([
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a plain object', { type: 'object' }, 'an object'],
    ['a class', String, 'function String'],
    ['an object without validate', { '~standard': { version: 1 } }, 'an object'],
  ])('refuses %s as a schema, and shows it', (_, schema, shown) => {
    const asInput = () => untyped({ input: schema, output: Text, run: () => ({}) })
    const asOutput = () => untyped({ input: Text, output: schema, run: () => ({}) })
    expect(asInput).toThrow(`An operation has ${shown} as its input, which is no schema`)
    expect(asOutput).toThrow(`An operation has ${shown} as its output, which is no schema`)
    expect(asOutput).toThrow(expect.toSatisfy((error) => isFailure(error, 'agent.invalid_definition')))
  })

  it('takes a schema that is a function, as those of arktype are', () => {
    const standard: StandardSchema['~standard'] = { version: 1, vendor: 'own', validate: (value) => ({ value }) }
    const schema = Object.assign(() => true, { '~standard': standard })
    expect(operation({ input: schema, output: schema, run: (input) => input }).contract.input).toBe(schema)
  })

  it.each([undefined, null, 'run', { apply: 1 }])('refuses %j as its code', (run) => {
    expect(() => untyped({ input: Text, output: Text, run })).toThrow('An operation has no run function')
  })

  it.each(contextMembers)('refuses a need that is called %s, as a member of the context is', (name) => {
    const define = () => untyped({ needs: { [name]: need() }, input: Text, output: Text, run: () => ({}) })
    expect(define).toThrow(`An operation needs '${name}', a name of CallContext. Choose another name.`)
  })

  it.each(['__proto__', 'constructor'])('refuses a need that is called %s, which no object can hold', (name) => {
    const needs = JSON.parse(`{ "${name}": {} }`)
    expect(() => untyped({ needs, input: Text, output: Text, run: () => ({}) })).toThrow(`needs '${name}'`)
  })
})
