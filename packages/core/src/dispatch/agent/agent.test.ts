import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isFailure, type Operation } from '../../ports/index.js'
import { agent } from './agent.js'
import { definitionOf } from './agent-definition.js'
import { operation } from './operation.js'

const Text = z.object({ text: z.string() })
const echo = operation({ input: Text, output: Text, run: (input) => input })

/** Defines an agent as code without types would. */
const untyped = agent as unknown as (name: unknown, operations: object) => Readonly<Record<string, Operation>>

const reserved = ['process', 'capabilities', 'health', 'close', 'name', 'then', '__proto__', 'constructor']

describe('agent', () => {
  it('returns its operations, each with its name and that of the agent', () => {
    const parrot = agent('parrot', { say: echo, sing: echo })
    expect(Object.keys(parrot)).toEqual(['say', 'sing'])
    expect(parrot.say).toMatchObject({ agent: 'parrot', name: 'say' })
    expect(parrot.sing).toMatchObject({ agent: 'parrot', name: 'sing' })
  })

  it('takes one operation in under several names and into several agents, and leaves it as it was', () => {
    const parrot = agent('parrot', { say: echo })
    const crow = agent('crow', { croak: parrot.say, again: echo })
    expect(crow.croak).toMatchObject({ agent: 'crow', name: 'croak' })
    expect(crow.again).toMatchObject({ agent: 'crow', name: 'again' })
    expect(parrot.say).toMatchObject({ agent: 'parrot', name: 'say' })
    expect(echo).toMatchObject({ agent: '', name: '' })
    expect(crow.croak.contract).toBe(echo.contract)
  })

  it('is frozen, and so are its operations', () => {
    const parrot = agent('parrot', { say: echo })
    expect(Object.isFrozen(parrot)).toBe(true)
    expect(Object.isFrozen(parrot.say)).toBe(true)
    expect(Object.isFrozen(definitionOf(parrot))).toBe(true)
  })

  it('is not changed when the record it was made of is', () => {
    const operations: Record<string, Operation> = { say: echo }
    const parrot = untyped('parrot', operations)
    operations.shout = echo
    delete operations.say
    expect(Object.keys(parrot)).toEqual(['say'])
    expect(Object.keys(definitionOf(parrot)?.operations ?? {})).toEqual(['say'])
  })

  it('can be awaited, since it is no promise', async () => {
    const parrot = agent('parrot', { say: echo })
    expect(await Promise.resolve(parrot)).toBe(parrot)
  })

  it.each(reserved)('refuses an operation that is called %s', (name) => {
    const operations = Object.fromEntries([[name, echo]])
    expect(() => untyped('parrot', operations)).toThrow(
      `The agent parrot cannot have an operation called ${name}: it is a word of the agent protocol. Choose another name.`,
    )
    expect(() => untyped('parrot', operations)).toThrow(
      expect.toSatisfy((error) => isFailure(error, 'agent.invalid_definition')),
    )
  })

  it.each(['toString', 'hasOwnProperty', 'prototype', 'a/b:c', '0', ' ', 'naïve', '🦜'])(
    'has nothing against an operation that is called %j',
    (name) => {
      const parrot = untyped('parrot', { [name]: echo })
      expect(Object.keys(parrot)).toEqual([name])
      expect(parrot[name]).toMatchObject({ agent: 'parrot', name })
    },
  )

  it.each([
    ['', 'is empty'],
    ['a\0b', 'holds a NUL'],
    ['\ud800', 'lone surrogate'],
    ['x'.repeat(513), 'longer than 512'],
  ])('refuses the name %j, for itself and for an operation', (name, because) => {
    expect(() => untyped(name, {})).toThrow(because)
    expect(() => untyped('parrot', { [name]: echo })).toThrow(because)
  })

  it.each([undefined, null, 5, 'say', {}, () => 'hi', Text])(
    'refuses %s as an operation, and says which one',
    (one) => {
      expect(() => untyped('parrot', { say: one })).toThrow(
        'The agent parrot has something as say that is no operation. Make it with operation({ input, output, run }).',
      )
    },
  )

  it('may have no operations', () => {
    expect(agent('idle', {})).toEqual({})
  })
})

describe('definitionOf', () => {
  it('finds what stands behind an agent, and nothing behind anything else', () => {
    const parrot = agent('parrot', { say: echo })
    expect(definitionOf(parrot)).toMatchObject({ name: 'parrot', operations: { say: parrot.say } })
    expect(definitionOf({ ...parrot })).toBeUndefined()
    expect(definitionOf({})).toBeUndefined()
  })
})

describe('withCode', () => {
  it('replaces the code of those operations for which there is any, and what these need', () => {
    const parrot = agent('parrot', { say: echo, sing: echo })
    const run = () => ({ text: 'tweet' })
    const changed = definitionOf(parrot)?.withCode(({ name }) => (name === 'sing' ? run : undefined))
    expect(changed?.operations.sing).toMatchObject({ agent: 'parrot', name: 'sing', needs: {}, run })
    expect(changed?.operations.say).toBe(parrot.say)
    expect(definitionOf(parrot)?.operations.sing).toBe(parrot.sing)
  })
})
