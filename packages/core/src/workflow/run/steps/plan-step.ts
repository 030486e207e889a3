import type { Failure } from '../../../ports/index.js'
import { type Graph, type PlannedNode, planGraph, type PlanStep, type Settled } from '../../graph/index.js'
import { innerKey } from '../../journal/index.js'
import { runFailure } from '../failures.js'
import { failed, type StepOutcome } from '../outcome.js'
import { Task } from '../task.js'
import { Composite } from './composite.js'

/** A step that carries out a graph which was proposed at run time. */
export class PlanRun extends Composite<PlanStep> {
  #graph: Graph<PlannedNode> | undefined
  #waiting: number[] = []
  #ready: number[] = []
  #outcomes: (StepOutcome | undefined)[] = []
  #left = 0
  #underWay = 0
  #isWalking = false

  get isAtLast(): boolean {
    return this.#left === 1 && this.frame.isAtLast
  }

  begin(): void {
    if (this.isSettled()) return
    const { frame, step } = this
    frame.execution.started(this.key)
    let graph: Graph<PlannedNode>
    try {
      graph = planGraph(step, this.#proposed())
      if (!frame.execution.isReplay) frame.execution.reserve(graph.nodes.length)
    } catch (error) {
      return this.fail(error as Failure)
    }
    this.#graph = graph
    this.#waiting = graph.edges.map(({ length }) => length)
    this.#outcomes = graph.nodes.map(() => undefined)
    this.#left = graph.nodes.length
    this.#ready = [...graph.roots]
    this.#walk()
  }

  nodeEnded(place: number, outcome: StepOutcome): void {
    if (this.isOver) return
    this.#underWay--
    this.#settle(place, outcome)
    this.#walk()
  }

  #settle(place: number, outcome: StepOutcome): void {
    this.#outcomes[place] = outcome
    this.#left--
    for (const next of this.#graph?.dependents[place] ?? []) {
      const left = (this.#waiting[next] as number) - 1
      this.#waiting[next] = left
      if (left === 0) this.#ready.push(next)
    }
  }

  #walk(): void {
    if (this.#isWalking) return
    this.#isWalking = true
    const most = this.step.concurrency ?? Number.POSITIVE_INFINITY
    let next = 0
    while (next < this.#ready.length && this.#underWay < most && !this.isOver)
      this.#beginNode(this.#ready[next++] as number)
    this.#ready.splice(0, next)
    this.#isWalking = false
    if (this.#left === 0) this.succeed(this.#output())
  }

  #beginNode(place: number): void {
    const graph = this.#graph as Graph<PlannedNode>
    const node = graph.nodes[place] as PlannedNode
    const failedOne = graph.edges[place]?.find(({ index }) => this.#outcomes[index]?.status !== 'succeeded')
    if (failedOne !== undefined) {
      const dependency = graph.nodes[failedOne.index]?.name as string
      const details = { step: this.step.name, node: node.name, dependency }
      return this.#settle(place, failed(runFailure('workflow.dependency_failed', details)))
    }
    this.#underWay++
    new NodeTask(this, place, node).begin()
  }

  #output(): Readonly<Record<string, Settled<string, unknown>>> {
    const entries = this.#outcomes.map((one, place): [string, Settled<string, unknown>] => {
      const { name } = (this.#graph as Graph<PlannedNode>).nodes[place] as PlannedNode
      if (one?.status === 'succeeded') return [name, { item: name, ok: true, output: one.output, ms: one.ms }]
      const { failure, ms } = one as StepOutcome & { readonly status: 'failed' }
      return [name, { item: name, ok: false, failure, ms }]
    })
    return Object.fromEntries(entries)
  }

  #proposed(): unknown {
    const { frame, step } = this
    try {
      return step.nodes(this.state())
    } catch (error) {
      throw frame.blame(step.name, 'nodes', error)
    }
  }
}

class NodeTask extends Task {
  readonly #plan: PlanRun
  readonly #place: number
  readonly #node: PlannedNode

  constructor(plan: PlanRun, place: number, node: PlannedNode) {
    super(plan.frame, innerKey(plan.key, node.name), node.operation, plan.step.rules, plan.frame.request)
    this.#plan = plan
    this.#place = place
    this.#node = node
  }

  protected makeInput(): unknown {
    return this.#node.input
  }

  isLast(): boolean {
    return this.#plan.isAtLast
  }

  ended(outcome: StepOutcome): void {
    this.#plan.nodeEnded(this.#place, outcome)
  }
}
