import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import type { EndedStatus, Head, Hold, RunRef, Write } from '../../ports/index.js'
import { ManualClock } from '../../testing/doubles/manual-clock.js'
import { create, held, runner, runs, signal } from '../../../../../test/contracts/arbitrary-writes.ts'
import { ended, Model, type ModelRun } from '../../../../../test/contracts/state-store-model.ts'
import { InMemoryStateStore } from './in-memory-state-store.js'

const start = Date.UTC(2026, 0, 1)

interface Real {
  readonly clock: ManualClock
  readonly store: InMemoryStateStore
  readonly holds: Hold[]
}

const at = ({ clock }: Real): number => start + Math.floor(clock.monotonic())

/** A step that can be taken in any state. */
abstract class Step implements fc.AsyncCommand<Model, Real> {
  check(): boolean {
    return true
  }

  abstract run(model: Model, real: Real): Promise<void>

  toString(): string {
    return `${this.constructor.name} ${JSON.stringify(this)}`
  }
}

class Append extends Step {
  readonly write: Write
  readonly holdIndex: number

  constructor(write: Write, holdIndex: number) {
    super()
    this.write = write
    this.holdIndex = holdIndex
  }

  override async run(model: Model, real: Real): Promise<void> {
    const { holds, store } = real
    const hold = holds[this.holdIndex % Math.max(1, holds.length)]
    if (this.write.kind === 'held' && hold === undefined) return
    const write = this.write.kind === 'held' && hold ? { ...this.write, hold } : this.write
    const [outcome] = await store.append([write])
    assert.equal(outcome?.accepted, model.accepts(write))
    if (!outcome?.accepted) return
    const now = at(real)
    const ref = write.kind === 'held' ? write.hold.run : write.run
    if (write.kind === 'create') {
      const { status, wakeInMs, ...head } = write.head
      const wakeAt = status === 'pending' && wakeInMs !== undefined ? now + wakeInMs : undefined
      const absent = { input: undefined, endedAt: undefined, output: undefined, failure: undefined }
      const fixed = { ...absent, ...ref, ...head, ref: String(++model.created), createdAt: now, runner: write.runner }
      model.runs.push({ head: { ...fixed, status, token: 1, takeovers: 0, nudge: 0, wakeAt }, keys: [] })
    }
    const run = model.find(ref)
    assert(run)
    const records = write.kind === 'signal' ? [write.record] : write.records
    const fresh = [...new Set(records.map(({ key }) => key))].filter((key) => !run.keys.includes(key))
    assert.equal(outcome.fresh, fresh.length)
    run.keys.push(...fresh)
    if (write.kind === 'signal') {
      if (fresh.length > 0) {
        const isWaiting = run.head.status === 'pending' || run.head.status === 'suspended'
        const wakeAt = isWaiting ? Math.min(run.head.wakeAt ?? now, now) : run.head.wakeAt
        run.head = { ...run.head, nudge: run.head.nudge + 1, wakeAt }
      }
    } else if (write.move !== undefined) {
      const { status, output, failure, wakeInMs, seen } = write.move
      const isEnd = ended.includes(status)
      const wakeAt = run.head.nudge > seen ? now : wakeInMs === undefined ? undefined : now + wakeInMs
      run.head = {
        ...run.head,
        status,
        output,
        failure,
        token: run.head.token + 1,
        takeovers: status === 'suspended' ? 0 : run.head.takeovers,
        wakeAt: isEnd || status === 'needs-attention' ? undefined : wakeAt,
        endedAt: isEnd ? now : undefined,
      }
    }
    assert.equal(outcome.nudge, run.head.nudge)
    assert.equal(outcome.hold !== undefined, write.kind !== 'signal' && run.head.status === 'running')
    if (outcome.hold) holds.push(outcome.hold)
  }
}

class Claim extends Step {
  readonly runner: string
  readonly limit: number
  readonly versions: number[]
  readonly take: RunRef[]

  constructor(runner: string, limit: number, versions: number[], take: RunRef[]) {
    super()
    this.runner = runner
    this.limit = limit
    this.versions = versions
    this.take = take
  }

  override async run(model: Model, real: Real): Promise<void> {
    const { runner, limit, versions, take } = this
    const workflows = versions.map((version) => ({ workflow: 'w', version }))
    const { runs, now } = await real.store.claim({ runner: { name: runner }, leaseMs: 50, workflows, limit, take })
    assert.equal(now, at(real))
    model.leases.set(runner, now + 50)
    const named = model.runs.filter(
      ({ head }) =>
        versions.includes(head.version) &&
        !ended.includes(head.status) &&
        take.some(({ tenant, id }) => tenant === head.tenant && id === head.id),
    )
    const others = model.runs.filter(
      (run) =>
        !named.includes(run) &&
        versions.includes(run.head.version) &&
        (model.isLapsed(run.head, now) || model.isDue(run.head, now)),
    )
    assert.equal(runs.length, named.length + Math.min(limit, others.length))
    for (const { hold, head } of runs) {
      const run = [...named, ...others].find((one) => one.head.ref === head.ref)
      assert(run)
      const takeovers = run.head.takeovers + (run.head.status === 'running' ? 1 : 0)
      const token = run.head.token + 1
      run.head = { ...run.head, status: 'running', runner, token, takeovers, wakeAt: undefined }
      assert.deepEqual(head, run.head)
      real.holds.push(hold)
    }
  }
}

class Delete extends Step {
  readonly query: RunRef | { endedForMs: number; statuses: EndedStatus[]; limit: number }

  constructor(query: Delete['query']) {
    super()
    this.query = query
  }

  override async run(model: Model, real: Real): Promise<void> {
    const { query } = this
    const doomed: ModelRun[] = []
    if ('tenant' in query) doomed.push(...model.runs.filter((run) => run === model.find(query)))
    else {
      const old = model.runs.filter(
        ({ head: { status, endedAt } }) =>
          endedAt !== undefined &&
          endedAt <= at(real) - query.endedForMs &&
          query.statuses.includes(status as EndedStatus),
      )
      old.sort((one, other) => (one.head.endedAt ?? 0) - (other.head.endedAt ?? 0))
      doomed.push(...old.slice(0, query.limit))
    }
    assert.equal(await real.store.delete('tenant' in query ? { run: query } : query), doomed.length)
    // Of runs that ended at the same time any may go first: the model follows the store.
    const { heads } = await real.store.list({ limit: 500 })
    const left = new Set(heads.map(({ ref }) => ref))
    const times = model.runs.filter(({ head }) => !left.has(head.ref)).map(({ head }) => head.endedAt)
    assert.deepEqual(new Set(times), new Set(doomed.map(({ head }) => head.endedAt)))
    assert.equal(times.length, doomed.length)
    model.runs = model.runs.filter(({ head }) => left.has(head.ref))
  }
}

class Advance extends Step {
  readonly ms: number

  constructor(ms: number) {
    super()
    this.ms = ms
  }

  override async run(_model: Model, real: Real): Promise<void> {
    real.clock.advance(this.ms)
    // The wall clock may be set as one likes: the store has a time of its own.
    real.clock.setWall(this.ms * 1_000_000)
  }
}

/** Everything that can be asked answers as the model does. */
class Look extends Step {
  readonly limit: number
  readonly run_: RunRef

  constructor(limit: number, run: RunRef) {
    super()
    this.limit = limit
    this.run_ = run
  }

  override async run(model: Model, real: Real): Promise<void> {
    const { store } = real
    const { tenant } = this.run_
    const queries = [
      {},
      { tenant },
      { tenant, session: 's' },
      { tenant, parent: 'p' },
      { due: true },
      { tenant, statuses: ['running' as const] },
    ]
    for (const query of queries) {
      const heads: Head[] = []
      let after: string | undefined
      do {
        const page = await store.list({ ...query, limit: this.limit, after })
        heads.push(...page.heads)
        after = page.next
      } while (after !== undefined)
      const expected = model.runs.filter(
        ({ head }) =>
          (query.tenant === undefined || head.tenant === tenant) &&
          (query.session === undefined || head.session === 's') &&
          (query.parent === undefined || head.parent === 'p') &&
          (query.statuses === undefined || head.status === 'running') &&
          (query.due === undefined || model.isLapsed(head, at(real)) || model.isDue(head, at(real))),
      )
      assert.deepEqual(heads, expected.map(({ head }) => head).toReversed())
    }
    const page = await store.read(this.run_, { limit: 1_000 })
    assert.deepEqual(
      page?.records.map(({ key }) => key),
      model.find(this.run_)?.keys,
    )
  }
}

const commands = [
  fc.tuple(create, fc.nat()).map(([write, index]) => new Append(write, index)),
  fc.tuple(held, fc.nat()).map(([write, index]) => new Append(write, index)),
  fc.tuple(signal, fc.nat()).map(([write, index]) => new Append(write, index)),
  fc
    .tuple(runner, fc.nat(3), fc.subarray([0, 1]), fc.array(runs, { maxLength: 2 }))
    .map(([name, limit, versions, take]) => new Claim(name, limit, versions, take)),
  runs.map((run) => new Delete(run)),
  fc
    .tuple(
      fc.nat(30),
      fc.subarray(['succeeded', 'partial', 'failed', 'cancelled'] as EndedStatus[]),
      fc.integer({ min: 1, max: 3 }),
    )
    .map(([endedForMs, statuses, limit]) => new Delete({ endedForMs, statuses, limit })),
  fc.nat(60).map((ms) => new Advance(ms)),
  fc.tuple(fc.integer({ min: 1, max: 4 }), runs).map(([limit, run]) => new Look(limit, run)),
]

test('whatever is done to it, the store does as the naive model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), (sequence) =>
      fc.asyncModelRun(() => {
        const clock = new ManualClock({ start })
        return { model: new Model(), real: { clock, store: new InMemoryStateStore({ clock }), holds: [] } }
      }, sequence),
    ),
    { numRuns: 2_000 },
  )
})
