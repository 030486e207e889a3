import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, operation } from '../../dispatch/index.js'
import { isFailure } from '../../ports/index.js'
import type { PlanStep } from './definition.js'
import { planGraph } from './plan-graph.js'

const Text = z.object({ text: z.string() })
const echo = operation({ input: Text, output: Text, run: (input) => input })
const { say, sing } = agent('parrot', { say: echo, sing: echo })
const step: PlanStep = {
  kind: 'plan',
  name: 'execute',
  after: [],
  isOptional: false,
  operations: { say, sing },
  nodes: () => [],
  max: 4,
  concurrency: undefined,
  rules: {},
}
const node = (id: unknown, after?: unknown, name: unknown = 'say') => ({
  id,
  operation: name,
  input: { of: id },
  after,
})
const throwing = {
  get id(): string {
    throw new TypeError('no id for you')
  },
}
/** A list of nothing at all, not even of `undefined`. */
const holes = (length: number) => Object.assign([], { length })
/** Reads as one list of ids at first, and as another after that. */
function fickle(): unknown[] {
  let reads = 0
  return Object.defineProperty(['a'], 0, { get: () => (reads++ === 0 ? 'a' : { toString: () => 'b' }) })
}

function refusalOf(proposed: unknown): { readonly message: string; readonly cause?: unknown } {
  try {
    planGraph(step, proposed)
  } catch (error) {
    if (isFailure(error, 'workflow.invalid_plan')) return error
    throw error
  }
  throw new Error('Nothing was refused.')
}

describe('planGraph', () => {
  it('makes a graph of what was proposed, with the operations by the names that it used', () => {
    const { nodes, order } = planGraph(step, [node('b', ['a', 'a'], 'sing'), node('a')])
    expect(nodes).toEqual([
      { name: 'b', operation: sing, input: { of: 'b' }, after: [{ name: 'a', isSoft: false }] },
      { name: 'a', operation: say, input: { of: 'a' }, after: [] },
    ])
    expect(order).toEqual([1, 0])
  })

  it('takes no nodes at all, and as many as are allowed', () => {
    expect(planGraph(step, []).order).toEqual([])
    expect(
      planGraph(
        step,
        ['a', 'b', 'c', 'd'].map((id) => node(id)),
      ).order,
    ).toHaveLength(4)
  })

  it('takes names of what every object has', () => {
    const { nodes } = planGraph(step, [node('constructor'), node('toString', ['constructor'])])
    expect(nodes.map(({ name }) => name)).toEqual(['constructor', 'toString'])
  })

  it.each<[string, unknown, string]>([
    ['no list', 'a', 'it is "a", no list of nodes'],
    ['nothing', undefined, 'it is undefined, no list of nodes'],
    ['what looks like a list', { length: 1, 0: node('a') }, 'it is an object, no list of nodes'],
    ['too many', Array.from({ length: 5 }, (_, index) => node(`n${index}`)), 'it has 5 nodes, and 4 are allowed'],
    ['a list of nothing', holes(2 ** 32 - 1), 'it has 4294967295 nodes, and 4 are allowed'],
    ['holes', holes(2), 'a node has undefined as its id'],
    ['a node that is null', [null], 'a node has undefined as its id'],
    ['a node that is a number', [5], 'a node has undefined as its id'],
    ['an id that is a number', [node(5)], 'a node has 5 as its id'],
    ['an empty id', [node('')], 'a node has "" as its id'],
    ['a long id', [node('x'.repeat(65))], 'as its id, and not 1 to 64 letters'],
    ['an id with a dot', [node('a.b')], 'a node has "a.b" as its id'],
    ['an id that is a prototype', [JSON.parse('{ "id": "__proto__" }')], 'a node has "__proto__" as its id'],
    ['a node that cannot be read', [throwing], 'a node cannot be read'],
    ['two of one id', [node('a'), node('a')], 'two nodes are called a'],
    ['an unknown operation', [node('a', [], 'shout')], 'asks for "shout", and only say, sing may be asked for'],
    ['no operation', [{ id: 'a' }], 'asks for undefined, and only say, sing'],
    ['an operation of every object', [node('a', [], 'toString')], 'asks for "toString", and only say, sing'],
    ['the prototype as an operation', [node('a', [], '__proto__')], 'asks for "__proto__", and only say, sing'],
    ['a list as an operation', [node('a', [], ['say'])], 'asks for an array of 1, and only say, sing'],
    ['an after that is a text', [node('a'), node('b', 'a')], 'the node b has "a" as its after, and not a list of ids'],
    ['an after that is null', [node('a', null)], 'the node a has null as its after'],
    ['an after of numbers', [node('a', [5])], 'the node a has an array of 1 as its after'],
    ['an after with a hole', [node('a', holes(1))], 'the node a has an array of 1 as its after'],
    ['an unknown node', [node('alpha'), node('b', ['alhpa'])], "waits for 'alhpa'"],
    ['an after that is a prototype', [node('a', ['__proto__'])], "waits for '__proto__'"],
    ['one that waits for itself', [node('a', ['a'])], 'steps wait for each other: a -> a'],
    ['a round', [node('a', ['b']), node('b', ['a'])], 'steps wait for each other: a -> b -> a'],
  ])('refuses %s, in one sentence', (_, proposed, because) => {
    const { message } = refusalOf(proposed)
    expect(message).toContain('The plan of the step execute cannot be run: ')
    expect(message).toContain(because)
    expect(message).toContain('Propose nodes { id, operation, input, after }')
    expect(message).not.toContain('..')
  })

  it('keeps what a node threw as the cause', () => {
    expect(refusalOf([throwing]).cause).toMatchObject({ message: 'no id for you' })
  })

  it('reads what a node waits for once', () => {
    const { nodes } = planGraph(step, [node('a'), node('b', fickle())])
    expect(nodes[1]?.after).toEqual([{ name: 'a', isSoft: false }])
  })

  it('leaves every object as it was', () => {
    expect(() =>
      planGraph(step, JSON.parse('[{ "id": "a", "operation": "say", "__proto__": { "x": 1 } }]')),
    ).not.toThrow()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
