import { describe, expect, it } from 'vitest'
import { isFailure } from '../../ports/index.js'
import { Graph } from './graph.js'

const node = (name: string, ...after: string[]) => ({ name, after: after.map((one) => ({ name: one, isSoft: false })) })
const graphOf = (...nodes: ReturnType<typeof node>[]) => new Graph('the test', nodes)

describe('Graph', () => {
  const diamond = graphOf(node('d', 'b', 'c'), node('b', 'a'), node('c', 'a'), node('a'))

  it('keeps nodes as they were given, and orders them by what they wait for', () => {
    expect(diamond.nodes.map(({ name }) => name)).toEqual(['d', 'b', 'c', 'a'])
    expect(diamond.order).toEqual([3, 1, 2, 0])
    expect(diamond.roots).toEqual([3])
    expect(diamond.edges[0]).toEqual([
      { index: 1, isSoft: false },
      { index: 2, isSoft: false },
    ])
    expect(diamond.dependents).toEqual([[], [0], [0], [1, 2]])
  })

  it('finds nodes by name, and nothing by a name of every object', () => {
    expect(diamond.find('a')).toBe(3)
    expect(diamond.find('constructor')).toBeUndefined()
    expect(diamond.placeOf('w', 'The output', 'b')).toBe(1)
  })

  it('tells all that come after a node', () => {
    expect(diamond.descendants(1)).toEqual(new Set([0, 1]))
    expect(diamond.descendants(3)).toEqual(new Set([0, 1, 2, 3]))
  })

  it('may be empty', () => {
    expect(graphOf()).toMatchObject({ order: [], roots: [], nodes: [] })
  })

  it.each<[string, ReturnType<typeof node>[], string[], string[]]>([
    ['one that waits for itself', [node('a', 'a')], ['a', 'a'], []],
    ['two that wait for each other', [node('a', 'b'), node('b', 'a')], ['a', 'b', 'a'], []],
    [
      'a round behind which others wait',
      [node('x', 'b'), node('a', 'b'), node('b', 'a'), node('y')],
      ['b', 'a', 'b'],
      ['x'],
    ],
    ['a round behind what can begin', [node('y'), node('a', 'y', 'b'), node('b', 'a')], ['a', 'b', 'a'], []],
  ])('refuses %s', (_, nodes, path, unreachable) => {
    let failure: unknown
    try {
      graphOf(...nodes)
    } catch (error) {
      failure = error
    }
    expect(isFailure(failure, 'workflow.cycle')).toBe(true)
    expect(failure).toMatchObject({ details: { path, unreachable } })
  })

  it('orders 10,000 nodes in a row, given the other way round', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `n${index}`)
    const nodes = names.map((name, index) => (index === 9_999 ? node(name) : node(name, `n${index + 1}`)))
    expect(graphOf(...nodes).order.slice(0, 3)).toEqual([9_999, 9_998, 9_997])
  })
})
