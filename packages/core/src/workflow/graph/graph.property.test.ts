import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { isFailure } from '../../ports/index.js'
import { workflow } from './builder.js'
import { Graph } from './graph.js'

interface Drawn {
  readonly name: string
  readonly after: readonly { readonly name: string; readonly isSoft: boolean }[]
}

/** Nodes that wait only for those before them, unless `back` adds ways back; then shuffled, so that places say nothing. */
const drawn = (back: fc.Arbitrary<readonly (readonly [number, number])[]>): fc.Arbitrary<readonly Drawn[]> =>
  fc
    .tuple(
      fc.integer({ min: 1, max: 12 }),
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { maxLength: 30 }),
      back,
    )
    .chain(([count, pairs, ways]) => {
      const after = Array.from({ length: count }, () => new Map<number, boolean>())
      for (const [a, b, isSoft] of pairs) {
        const [from, to] = [a % count, b % count]
        if (from !== to) after[Math.max(from, to)]?.set(Math.min(from, to), isSoft)
      }
      for (const [from, to] of ways) after[from % count]?.set(to % count, false)
      const nodes = after.map((those, index) => ({
        name: `n${index}`,
        after: [...those].map(([other, isSoft]) => ({ name: `n${other}`, isSoft })),
      }))
      return fc.shuffledSubarray(nodes, { minLength: count })
    })

const acyclic = drawn(fc.constant([]))
const any = drawn(fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 }))

/** The reference: the longest way to each node, by trying all. */
function depthOf(nodes: readonly Drawn[], name: string): number {
  const own = nodes.find((one) => one.name === name)
  return Math.max(0, ...(own?.after ?? []).map((one) => depthOf(nodes, one.name) + 1))
}

/** The reference: whether a node comes round to itself. */
function comesRound(nodes: readonly Drawn[], start: string): boolean {
  const seen = new Set<string>()
  const ahead = [start]
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    for (const next of nodes.find((one) => one.name === name)?.after ?? []) {
      if (next.name === start) return true
      if (!seen.has(next.name)) ahead.push(next.name)
      seen.add(next.name)
    }
  }
  return false
}

it('puts every node after all that it waits for, once', () => {
  fc.assert(
    fc.property(acyclic, (nodes) => {
      const { order, edges } = new Graph('w', nodes)
      expect([...order].sort((a, b) => a - b)).toEqual(nodes.map((_, index) => index))
      for (const [index, those] of edges.entries()) {
        for (const one of those) expect(order.indexOf(one.index)).toBeLessThan(order.indexOf(index))
      }
    }),
    { numRuns: 1_000 },
  )
})

it('knows as edges what was given, as dependents the same the other way round, as descendants all behind', () => {
  fc.assert(
    fc.property(acyclic, (nodes) => {
      const graph = new Graph('w', nodes)
      const nameOf = (index: number) => nodes[index]?.name ?? ''
      const given = nodes.flatMap(({ name, after }) => after.map((one) => `${name} ${one.name} ${one.isSoft}`))
      const kept = graph.edges.flatMap((those, index) =>
        those.map((one) => `${nameOf(index)} ${nameOf(one.index)} ${one.isSoft}`),
      )
      expect(kept).toEqual(given)
      const forth = graph.edges.flatMap((those, index) => those.map((one) => `${one.index}>${index}`))
      const back = graph.dependents.flatMap((those, index) => those.map((one) => `${index}>${one}`))
      expect(back.sort()).toEqual(forth.sort())
      expect(graph.roots.map(nameOf)).toEqual(nodes.filter((one) => one.after.length === 0).map(({ name }) => name))
      for (const [index] of nodes.entries()) {
        const behind = [...graph.descendants(index)]
        const own = behind.flatMap((one) => graph.dependents[one] ?? [])
        expect(new Set([index, ...own])).toEqual(new Set(behind))
      }
    }),
    { numRuns: 1_000 },
  )
})

it('is refused if, and only if, some node comes round to itself; then it names such a round, and who waits behind', () => {
  let refused = 0
  fc.assert(
    fc.property(any, (nodes) => {
      const rounds = nodes.filter(({ name }) => comesRound(nodes, name)).map(({ name }) => name)
      try {
        new Graph('w', nodes)
        expect(rounds).toEqual([])
      } catch (error) {
        if (!isFailure(error, 'workflow.cycle')) throw error
        refused++
        const { path, unreachable } = error.details as { path: string[]; unreachable: string[] }
        expect(path.length).toBeGreaterThan(1)
        expect(path[0]).toBe(path.at(-1))
        expect(new Set(path).size).toBe(path.length - 1)
        for (const [index, name] of path.slice(1).entries()) {
          const waitsFor = nodes.find((one) => one.name === name)?.after.map((one) => one.name)
          expect(waitsFor).toContain(path[index])
        }
        for (const name of rounds) expect([...path, ...unreachable]).toContain(name)
        for (const name of unreachable) expect(path).not.toContain(name)
      }
    }),
    { numRuns: 2_000 },
  )
  expect(refused).toBeGreaterThan(300)
  expect(refused).toBeLessThan(1_900)
})

it('is described by groups of those equally deep, and by a way through that is as long as any', () => {
  const Any = z.object({})
  type Loose = { compute(name: string, rules: object): Loose; output(make: () => object): ReturnType<typeof end> }
  const end = () => workflow('w', { input: Any, output: Any }).output(() => ({}))
  fc.assert(
    fc.property(acyclic, (nodes) => {
      let w = workflow('w', { input: Any, output: Any }) as unknown as Loose
      for (const { name, after } of nodes) {
        w = w.compute(name, { after: after.map((one) => `${one.name}${one.isSoft ? '?' : ''}`), run: () => 1 })
      }
      const { groups, criticalPath } = w.output(() => ({})).describe()
      const depths = nodes.map(({ name }) => depthOf(nodes, name))
      const byDepth = groups.map((_, depth) => nodes.filter((_one, index) => depths[index] === depth))
      expect(groups.map((group) => [...group].sort())).toEqual(
        byDepth.map((group) => group.map(({ name }) => name).sort()),
      )
      expect(groups.flat()).toHaveLength(nodes.length)
      expect(criticalPath).toHaveLength(Math.max(...depths) + 1)
      for (const [index, name] of criticalPath.slice(1).entries()) {
        const waitsFor = nodes.find((one) => one.name === name)?.after.map((one) => one.name)
        expect(waitsFor).toContain(criticalPath[index])
      }
    }),
    { numRuns: 1_000 },
  )
})
