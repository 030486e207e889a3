import { ofEveryPick, type Pick } from './every-pick.ts'
import {
  agentTimeoutMs,
  type CaseSpec,
  dependenciesOf,
  type FlowSpec,
  namesOf,
  type Script,
  scriptOf,
  type StepSpec,
} from './random-workflow.ts'
import { answerTo, digest, itemOf, madeOf, mended, payloadOf, planOf, sight } from './workflow-values.ts'

/** How something ended that nothing disturbed: with an output, or with the code of a failure. */
export type Ideal = { readonly output: unknown } | { readonly code: string }

export interface RefCall {
  readonly operation: string
  readonly key: string
  readonly attempt: number
  readonly at: number
  /** Not where it would begin in the very moment in which all is cut off. */
  readonly isSure: boolean
}

export interface RefStep {
  /** When its turn comes, and when it has ended. */
  readonly start: number
  readonly end: number
  /** Nothing where it is skipped. */
  readonly ideal: Ideal | undefined
}

interface Frame {
  readonly steps: ReadonlyMap<string, RefStep>
  readonly end: number
  readonly ideal: Ideal
  /** Steps that would fail the whole, each undisturbed by the others. */
  readonly fatal: readonly string[]
  /** The one of them that does. */
  readonly failedStep: string | undefined
  readonly isCut: boolean
}

interface Told {
  readonly calls: RefCall[]
  readonly failures: { readonly key: string; readonly code: string; readonly at: number }[]
  /** What was cut off by a failure: of that, what it came to depends on times. */
  readonly cuts: string[]
}

export interface ReferenceRun extends Told, Frame {}

/**
 * What a run comes to, worked out the naive way: every step undisturbed first, by its own time; then the earliest failure
 * that nothing mends cuts off whatever had not ended by then. Which of several in one moment that is nobody promises: there is
 * a run for each of them.
 */
export function referenceRuns(spec: CaseSpec): readonly [ReferenceRun, ...ReferenceRun[]] {
  return ofEveryPick((pick) => {
    const told: Told = nothingTold()
    return { ...told, ...new Interpreter(spec, told, pick).frame(spec.flow, '', spec.input, 0) }
  })
}

/** The first of them: the only one where no two failures are of one moment. */
export function referenceRun(spec: CaseSpec): ReferenceRun {
  return referenceRuns(spec)[0]
}

const nothingTold = (): Told => ({ calls: [], failures: [], cuts: [] })

class Interpreter {
  readonly #spec: CaseSpec
  readonly #told: Told
  readonly #pick: Pick

  constructor(spec: CaseSpec, told: Told, pick: Pick) {
    this.#spec = spec
    this.#told = told
    this.#pick = pick
  }

  frame(flow: FlowSpec, prefix: string, input: number, start: number): Frame {
    const own: Told = nothingTold()
    const inner = new Interpreter(this.#spec, own, this.#pick)
    const steps = new Map<string, RefStep>()
    const awaited = new Map<string, readonly string[]>()
    const outputs = (refs: readonly { readonly name: string }[]) =>
      Object.fromEntries(refs.map(({ name }) => [name, outputOf(steps.get(name))]))
    for (const step of flow.steps) {
      const after = dependenciesOf(flow, step)
      const before = after.flatMap(({ name }) => [name, ...(awaited.get(name) ?? [])])
      awaited.set(step.name, before)
      const turn = Math.max(start, ...after.map(({ name }) => steps.get(name)?.end ?? 0))
      const seen = sight(input, outputs(after))
      const isLacking = after.some(({ name, isSoft }) => !isSoft && !hasSucceeded(steps.get(name)))
      const isUnwanted = step.when > 0 && seen % step.when === 0
      if (isLacking || isUnwanted) steps.set(step.name, { start: turn, end: turn, ideal: undefined })
      else steps.set(step.name, { start: turn, ...inner.#done(flow, step, prefix + step.name, seen, turn) })
    }
    const fatal = flow.steps.filter(({ name, optional }) => !optional && hasFailed(steps.get(name)))
    for (const { name, optional } of flow.steps) {
      const one = steps.get(name) as RefStep
      if (optional && hasFailed(one)) own.failures.push({ key: prefix + name, code: codeOf(one), at: one.end })
    }
    const names = fatal.map(({ name }) => name)
    // What waits for one that has failed is not the first.
    const free = names.filter((name) => !awaited.get(name)?.some((one) => names.includes(one)))
    const firsts = earliest(free.map((name) => ({ name, ...(steps.get(name) as RefStep) })))
    const first = firsts[this.#pick(firsts.length)]
    const end = first?.end ?? Math.max(start, ...[...steps.values()].map((one) => one.end))
    this.#takeIn(own, first === undefined ? Number.POSITIVE_INFINITY : end)
    if (first !== undefined) this.#told.cuts.push(prefix)
    const ideal = first === undefined ? outputOfFlow(flow, input, steps) : { code: codeOf(first) }
    return { steps, end, ideal, fatal: names, failedStep: first?.name, isCut: first !== undefined }
  }

  /** What began after something was cut off never began. */
  #takeIn({ calls, failures, cuts }: Told, until: number): void {
    this.#told.cuts.push(...cuts)
    const begun = calls.filter(({ at }) => at <= until)
    this.#told.calls.push(...begun.map((one) => (one.at === until ? { ...one, isSure: false } : one)))
    this.#told.failures.push(...failures.filter(({ at }) => at <= until))
  }

  #done(flow: FlowSpec, step: StepSpec, key: string, seen: number, start: number): Omit<RefStep, 'start'> {
    const failed = (code: string, end: number) => {
      return step.hasOnFailure ? { end, ideal: { output: mended(code, seen) } } : { end, ideal: { code } }
    }
    switch (step.kind) {
      case 'step': {
        const main = this.#call(step, 'work', key, seen, start)
        const last = 'code' in main.ideal && step.hasFallback ? this.#call(step, 'spare', key, seen, main.end) : main
        return 'code' in last.ideal ? failed(last.ideal.code, last.end) : last
      }
      case 'compute':
        return { end: start, ideal: step.breaks ? { code: 'workflow.function_failed' } : { output: { v: seen } } }
      case 'sleep':
        return { end: start + step.ms, ideal: { output: undefined } }
      case 'wait': {
        const { toldAt } = step
        if (toldAt === undefined) return failed('workflow.wait_timed_out', start + step.ms)
        return { end: Math.max(start, toldAt), ideal: { output: payloadOf(`${flow.name}-${step.name}`) } }
      }
      case 'workflow': {
        const { end, ideal } = this.#whole((within) => within.frame(step.nested as FlowSpec, `${key}/`, seen, start))
        return 'code' in ideal ? failed(ideal.code, end) : { end, ideal }
      }
      case 'map':
        return this.#map(step, key, seen, start)
      case 'loop':
        return this.#whole((within) => within.#loop(step, key, seen, start))
      case 'plan':
        return this.#plan(step, key, seen, start)
    }
  }

  /** A step that consists of others: where it fails as a whole, what failed within it is not told besides. */
  #whole<Done extends { readonly ideal?: Ideal | undefined }>(make: (within: Interpreter) => Done): Done {
    const own: Told = nothingTold()
    const done = make(new Interpreter(this.#spec, own, this.#pick))
    this.#told.calls.push(...own.calls)
    this.#told.cuts.push(...own.cuts)
    if (done.ideal !== undefined && 'output' in done.ideal) this.#told.failures.push(...own.failures)
    return done
  }

  /** An operation, with all its tries. */
  #call(step: StepSpec, operation: string, key: string, of: number, start: number): { end: number; ideal: Ideal } {
    const script: Script = scriptOf(this.#spec, operation, key)
    const until = start + (step.timeoutMs || agentTimeoutMs)
    const tries = step.atMostOnce ? 1 : Math.max(1, step.attempts)
    let at = start
    for (let attempt = 1; ; attempt++) {
      this.#told.calls.push({ operation, key, attempt, at, isSure: true })
      const isLast = attempt > script.failures
      if ((isLast && script.ending === 'hangs') || at + script.ms > until) {
        return { end: until, ideal: { code: 'call.timed_out' } }
      }
      at += script.ms
      if (isLast && script.ending === 'value')
        return { end: at, ideal: { output: answerTo(operation, step.agent, of) } }
      if (isLast) return { end: at, ideal: { code: 'test.final' } }
      if (attempt === tries) return { end: at, ideal: { code: 'test.passing' } }
    }
  }

  #map(step: StepSpec, key: string, seen: number, start: number): Omit<RefStep, 'start'> {
    const own: Told = nothingTold()
    const inner = new Interpreter(this.#spec, own, this.#pick)
    const free = Array.from({ length: step.concurrency || step.count || 1 }, () => start)
    const done = Array.from({ length: step.count }, (_, index) => {
      const slot = free.indexOf(Math.min(...free))
      const item = itemOf(seen, index)
      const itemKey = `${key}[${step.keyed ? `k${index}` : index}]`
      const one = inner.#call(step, 'work', itemKey, item, free[slot] as number)
      free[slot] = one.end
      return { item, ...one }
    })
    const failures = earliest(done.filter(({ ideal }) => 'code' in ideal))
    const isCut = failures.length > 0 && !step.settle
    const end = isCut ? (failures[0]?.end as number) : Math.max(start, ...done.map((one) => one.end))
    // The item that would have its slot next is not begun.
    const made = own.calls.filter(({ at }) => !isCut || at < end)
    this.#told.calls.push(...made)
    if (isCut) this.#told.cuts.push(key)
    if (isCut) {
      const codes = [...new Set(failures.map(codeOf))]
      return { end, ideal: { code: codes[this.#pick(codes.length)] as string } }
    }
    if (!step.settle) return { end, ideal: { output: done.map(({ ideal }) => (ideal as { output: unknown }).output) } }
    return { end, ideal: { output: done.map(({ item, ideal }) => settled(item, ideal)) } }
  }

  #loop(step: StepSpec, key: string, seen: number, start: number): Omit<RefStep, 'start'> {
    let previous: unknown
    let at = start
    for (let round = 1; ; round++) {
      const of = digest([seen, previous, round])
      const turn =
        step.nested === undefined
          ? this.#call(step, 'work', `${key}#${round}`, of, at)
          : this.frame(step.nested, `${key}#${round}/`, of, at)
      at = turn.end
      if ('code' in turn.ideal) return { end: at, ideal: turn.ideal }
      previous = turn.ideal.output
      if (digest([seen, previous]) % step.until === 0) return { end: at, ideal: turn.ideal }
      if (round < Math.max(1, step.count)) continue
      return { end: at, ideal: step.whenMaxed === 'keep' ? turn.ideal : { code: 'workflow.loop_limit' } }
    }
  }

  #plan(step: StepSpec, key: string, seen: number, start: number): Omit<RefStep, 'start'> {
    const nodes = planOf(step, seen)
    const done = new Map<string, Ideal>()
    const ready = nodes.filter(({ after }) => after.length === 0)
    const underWay: { id: string; end: number; ideal: Ideal }[] = []
    let at = start
    const settle = (id: string, ideal: Ideal) => {
      done.set(id, ideal)
      ready.push(...nodes.filter(({ after }) => after.includes(id) && after.every((one) => done.has(one))))
    }
    for (;;) {
      while (ready.length > 0 && underWay.length < (step.concurrency || nodes.length)) {
        const node = ready.shift() as (typeof nodes)[number]
        const isLacking = node.after.some((one) => 'code' in (done.get(one) as Ideal))
        if (isLacking) settle(node.id, { code: 'workflow.dependency_failed' })
        else underWay.push({ id: node.id, ...this.#call(step, 'work', `${key}/${node.id}`, node.input.of, at) })
      }
      const next = underWay.sort((one, other) => one.end - other.end).shift()
      if (next === undefined) break
      at = next.end
      settle(next.id, next.ideal)
    }
    const output = Object.fromEntries(nodes.map(({ id }) => [id, settled(id, done.get(id) as Ideal)]))
    return { end: at, ideal: { output } }
  }
}

/** Those that end before all others, in one moment. */
function earliest<One extends { readonly end: number }>(all: readonly One[]): readonly One[] {
  const end = Math.min(...all.map((one) => one.end))
  return all.filter((one) => one.end === end)
}

function settled(item: unknown, ideal: Ideal): unknown {
  return 'code' in ideal ? { item, ok: false, failure: ideal.code } : { item, ok: true, output: ideal.output }
}

function outputOfFlow({ output, steps: all }: FlowSpec, input: number, steps: ReadonlyMap<string, RefStep>): Ideal {
  const refs = output === undefined ? all.map(({ name }) => ({ name, isSoft: true })) : namesOf(output)
  if (refs.some(({ name, isSoft }) => !isSoft && !hasSucceeded(steps.get(name)))) return { code: 'workflow.no_output' }
  const outputs = Object.fromEntries(refs.map(({ name }) => [name, outputOf(steps.get(name))]))
  const status = Object.fromEntries(all.map(({ name }) => [name, statusOf(steps.get(name) as RefStep)]))
  return { output: madeOf(input, outputs, status) }
}

export function statusOf({ ideal }: RefStep): 'succeeded' | 'failed' | 'skipped' {
  if (ideal === undefined) return 'skipped'
  return 'code' in ideal ? 'failed' : 'succeeded'
}

function outputOf(one: RefStep | undefined): unknown {
  return one?.ideal !== undefined && 'output' in one.ideal ? one.ideal.output : undefined
}

function hasSucceeded(one: RefStep | undefined): boolean {
  return one?.ideal !== undefined && 'output' in one.ideal
}

function hasFailed(one: RefStep | undefined): boolean {
  return one?.ideal !== undefined && 'code' in one.ideal
}

/** The code of what has failed. */
export function codeOf(one: { readonly ideal: Ideal | undefined } | undefined): string {
  return one?.ideal !== undefined && 'code' in one.ideal ? one.ideal.code : 'none'
}
