import { nearestName } from '../../ports/index.js'
import { graphFailure } from './failures.js'

/** What stands in a graph: a name, and the names it waits for. */
export interface Node {
  readonly name: string
  readonly after: readonly { readonly name: string; readonly isSoft: boolean }[]
}

/** Another node that one waits for, by its place. */
export interface Edge {
  readonly index: number
  readonly isSoft: boolean
}

/** Nodes by their order, checked: every name is known, and nobody waits for himself. */
export class Graph<One extends Node> {
  readonly nodes: readonly One[]
  /** What each node waits for, and who waits for it, by its place. */
  readonly edges: readonly (readonly Edge[])[]
  readonly dependents: readonly (readonly number[])[]
  /** How many each waits for. */
  readonly counts: readonly number[]
  /** Those that wait for nothing. */
  readonly roots: readonly number[]
  /** Every node after all that it waits for. */
  readonly order: readonly number[]
  readonly #places: ReadonlyMap<string, number>

  constructor(owner: string, nodes: readonly One[]) {
    this.nodes = nodes
    this.#places = new Map(nodes.map(({ name }, index) => [name, index]))
    const dependents: number[][] = nodes.map(() => [])
    this.edges = nodes.map(({ name, after }, index) =>
      after.map((one) => {
        const place = this.placeOf(owner, `The step ${name}`, one.name)
        dependents[place]?.push(index)
        return { index: place, isSoft: one.isSoft }
      }),
    )
    this.counts = this.edges.map(({ length }) => length)
    this.dependents = dependents
    this.roots = nodes.flatMap(({ after }, index) => (after.length === 0 ? [index] : []))
    this.order = this.#ordered(owner)
    Object.freeze(this)
  }

  find(name: string): number | undefined {
    return this.#places.get(name)
  }

  /** The place of a node; throws, on behalf of whoever asks, where there is none of that name. */
  placeOf(owner: string, asker: string, name: string): number {
    const place = this.#places.get(name)
    if (place !== undefined) return place
    const nearest = nearestName(name, [...this.#places.keys()])
    throw graphFailure('workflow.unknown_step', { workflow: owner, step: asker, unknown: name, nearest })
  }

  /** All that come after a node, it included. */
  descendants(place: number): ReadonlySet<number> {
    const found = new Set([place])
    for (const one of found) for (const next of this.dependents[one] ?? []) found.add(next)
    return found
  }

  #ordered(owner: string): readonly number[] {
    const waiting = this.edges.map((edges) => edges.length)
    const order = [...this.roots]
    for (const place of order) {
      for (const next of this.dependents[place] ?? []) {
        waiting[next] = (waiting[next] ?? 0) - 1
        if (waiting[next] === 0) order.push(next)
      }
    }
    if (order.length === this.nodes.length) return order
    throw this.#cycle(owner, new Set(order))
  }

  /** Whoever could not be ordered waits for one that could not either: to follow these leads round. */
  #cycle(owner: string, ordered: ReadonlySet<number>): Error {
    const left = this.nodes.flatMap((_, index) => (ordered.has(index) ? [] : [index]))
    const way: number[] = []
    let place = left[0] as number
    while (!way.includes(place)) {
      way.push(place)
      place = this.edges[place]?.find(({ index }) => !ordered.has(index))?.index as number
    }
    const round = [...way.slice(way.indexOf(place)), place].reverse()
    const name = (index: number) => this.nodes[index]?.name as string
    const unreachable = left.filter((index) => !round.includes(index)).map(name)
    return graphFailure('workflow.cycle', { workflow: owner, path: round.map(name), unreachable })
  }
}
