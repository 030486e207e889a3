import assert from 'node:assert/strict'
import fc from 'fast-check'
import { it } from 'vitest'
import { z } from 'zod'
import { ManualCall } from '../../testing/doubles/manual-call.js'
import { type HeldWork, Workbench } from '../../testing/doubles/workbench.js'
import { agent, definitionOf, operation } from '../agent/index.js'
import { type MemberMetrics, pool, type PoolHandle, poolHandleOf, type StrategyName } from './index.js'

const anything = z.object({})
const broken = new TypeError('broken')

/** One call under way, as the model remembers it. */
interface Known {
  readonly by: string
  readonly work: HeldWork
  readonly call: ManualCall
  isOver: boolean
}

type Step =
  | { readonly do: 'begin' }
  | { readonly do: 'succeed' | 'fail' | 'blame' | 'cancel' | 'expire'; readonly which: number }
  | { readonly do: 'join'; readonly capacity: number }
  | { readonly do: 'leave' | 'eject' | 'restore'; readonly which: number }
  | { readonly do: 'advance'; readonly ms: number }

const which = fc.nat(30)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Step>({ do: 'begin' }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('succeed', 'fail', 'fail', 'blame', 'cancel', 'expire'), which }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('join'), capacity: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('leave', 'eject', 'restore'), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.integer({ min: 0, max: 3_000 }) }) },
)

/** The pool under examination, and beside it what is known to be under way, counted by the simplest means. */
class Examination {
  readonly bench = new Workbench()
  readonly calls: Known[] = []
  readonly #handle: PoolHandle
  readonly #work
  readonly #leaving: Promise<void>[] = []
  #joined = 0

  constructor(strategy: StrategyName, capacities: readonly number[]) {
    const members = capacities.map((capacity) => this.#member(capacity))
    const ejection = { consecutive: 2, forMs: 1_000, maxForMs: 4_000 }
    this.#work = definitionOf(pool('search', members, { strategy, ejection }))?.bind(this.bench.provision)
    this.#handle = poolHandleOf(this.#work ?? assert.fail('there is none')) ?? assert.fail('there is none')
  }

  async take(one: Step): Promise<void> {
    if (one.do === 'begin') await this.#begin()
    else if (one.do === 'join') this.#handle.join(this.#member(one.capacity))
    else if (one.do === 'advance') this.bench.clock.advance(one.ms)
    else if (one.do === 'leave' || one.do === 'eject' || one.do === 'restore') this.#change(one.do, one.which)
    else this.#end(one.do, one.which)
    await settled()
    this.#compare()
  }

  /** Ends all that is under way; nothing may be left. */
  async finish(): Promise<void> {
    for (const { work } of this.calls) work.done()
    await settled()
    await Promise.all(this.#leaving)
    for (const { inFlight } of this.#handle.members) assert.equal(inFlight, 0)
    for (const { call } of this.calls) assert.equal(call.children, 0)
    await this.#work?.close?.()
    assert.equal(this.bench.clock.pending, 0)
  }

  #member(capacity: number) {
    const name = `m${this.#joined++}`
    const run = this.bench.holding(name)
    return { agent: agent(name, { find: operation({ input: anything, output: anything, run }) }), capacity }
  }

  async #begin(): Promise<void> {
    const before = this.#handle.members
    const message = this.bench.request()
    const call = new ManualCall(message)
    const began = this.bench.began.length
    const outcome = (async () => this.#work?.output(message, call))()
    outcome.catch(() => {})
    const by = this.bench.began[began]
    const servable = before.filter(canServe).map(({ id }) => id)
    if (by === undefined) {
      // Nobody was chosen only when nobody could be.
      assert.deepEqual(servable, [])
      await assert.rejects(outcome, { code: 'pool.no_member' })
      return
    }
    assert.ok(servable.includes(by), `${by} cannot serve, and was chosen`)
    this.calls.push({ by, call, work: this.bench.workOf(by) ?? assert.fail('there is none'), isOver: false })
  }

  #end(how: 'succeed' | 'fail' | 'blame' | 'cancel' | 'expire', index: number): void {
    const one = this.calls[index % Math.max(1, this.calls.length)]
    if (one === undefined) return
    one.isOver = true
    if (how === 'cancel') one.call.stop(new DOMException('left', 'AbortError'))
    else if (how === 'expire') one.call.stop(new DOMException('too late', 'TimeoutError'))
    else {
      // Also after it was stopped: an agent may go on and end later.
      this.calls.splice(this.calls.indexOf(one), 1)
      if (how === 'succeed') one.work.done()
      else one.work.failed(how === 'fail' ? broken : Object.assign(new Error('bad'), { status: 400 }))
    }
  }

  #change(how: 'leave' | 'eject' | 'restore', index: number): void {
    const { members } = this.#handle
    const one = members[index % Math.max(1, members.length)]
    if (one === undefined) return
    if (how === 'leave') this.#leaving.push(this.#handle.leave(one.id))
    else if (how === 'eject') this.#handle.eject(one.id, 1_500)
    else this.#handle.restore(one.id)
  }

  #compare(): void {
    for (const { id, inFlight, capacity } of this.#handle.members) {
      assert.equal(inFlight, this.calls.filter(({ by, isOver }) => by === id && !isOver).length)
      assert.ok(inFlight <= capacity, `${id} has ${inFlight} of ${capacity}`)
    }
  }
}

function canServe({ state, inFlight, capacity }: MemberMetrics): boolean {
  return (state === 'serving' || state === 'warming') && inFlight < capacity
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve()
}

const strategies = ['adaptive', 'round-robin', 'weighted', 'least-loaded', 'consistent-hash'] as const

it('calls are counted exactly, whoever comes and goes, and nobody is chosen who cannot serve', async () => {
  const capacities = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...strategies),
      capacities,
      fc.array(step, { maxLength: 60 }),
      async (strategy, given, steps) => {
        const examination = new Examination(strategy, given)
        for (const one of steps) await examination.take(one)
        await examination.finish()
      },
    ),
    { numRuns: 1_500 },
  )
})
