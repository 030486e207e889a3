import assert from 'node:assert/strict'
import fc from 'fast-check'
import { it } from 'vitest'
import {
  type AgentMessage,
  type Failure,
  type Priority,
  priorities,
  type Subscription,
  type WhenFull,
} from '../../ports/index.js'
import { requestFor } from '../../testing/contracts/call-for.js'
import { someTurns } from '../../testing/contracts/turns.js'
import { ManualClock } from '../../testing/doubles/manual-clock.js'
import { RecordingEventSink } from '../../testing/doubles/recording-event-sink.js'
import { LocalBus } from './local-bus.js'

const settings = { queue: 4, maxWaiting: 3, deadLetters: 10_000, requestTimeoutMs: 1_000 }

function open() {
  const clock = new ManualClock()
  return { clock, bus: new LocalBus({ clock, events: new RecordingEventSink({ clock }) }, settings) }
}

function event(clock: ManualClock, payload: number, priority: Priority, expiresInMs?: number): AgentMessage {
  const expiresAt = expiresInMs === undefined ? undefined : clock.now() + expiresInMs
  return requestFor({ type: 'event', receiver: { everyone: true }, operation: 'news', payload, priority, expiresAt })
}

/** A subscription, and by the simplest means what it was to get and what became of that. */
interface Known {
  readonly own: Subscription
  readonly owed: Map<number, { readonly priority: Priority; readonly expiresAt: number | undefined }>
  readonly handled: number[]
  readonly refused: Set<number>
  readonly letGo: ((fails: boolean) => void)[]
  readonly concurrency: number
  readonly whenFull: WhenFull
  most: number
}

class Model {
  readonly known: Known[] = []
  readonly outcomes = new Map<number, string>()
  isClosing = false
  published = 0
}

interface Real extends ReturnType<typeof open> {
  closed?: Promise<void>
}
type Step = fc.AsyncCommand<Model, Real>

const subscribe = (concurrency: number, max: number, whenFull: WhenFull): Step => ({
  check: ({ isClosing, known }) => !isClosing && known.length < 4,
  run: async (model, { bus }) => {
    const known: Omit<Known, 'own'> = {
      owed: new Map(),
      handled: [],
      refused: new Set(),
      letGo: [],
      concurrency,
      whenFull,
      most: 0,
    }
    const own = bus.subscribe(
      { topic: model.known.length % 2 === 0 ? 'news' : '*' },
      ({ payload }) => {
        known.handled.push(payload as number)
        known.most = Math.max(known.most, known.letGo.length + 1)
        return new Promise<void>((resolve, reject) => {
          known.letGo.push((fails) => (fails ? reject(new RangeError('broken')) : resolve()))
        })
      },
      { concurrency, queue: { max, whenFull } },
    )
    model.known.push(Object.assign(known, { own }))
  },
  toString: () => `subscribe(${concurrency}, ${max}, ${whenFull})`,
})

const publish = (priority: Priority, expiresInMs: number | undefined): Step => ({
  check: () => true,
  run: async (model, { bus, clock }) => {
    const number = model.published++
    const message = event(clock, number, priority, expiresInMs)
    if (!model.isClosing) {
      for (const { own, owed } of model.known)
        if (own.isLive) owed.set(number, { priority, expiresAt: message.expiresAt })
    }
    bus.publish(message).then(
      () => model.outcomes.set(number, 'resolved'),
      ({ code }: Failure) => model.outcomes.set(number, code),
    )
    await someTurns()
    if (model.isClosing) assert.equal(model.outcomes.get(number), 'bus.closed')
  },
  toString: () => `publish(${priority}, ${expiresInMs})`,
})

const finish = (which: number, fails: boolean): Step => ({
  check: ({ known }) => known.some(({ letGo }) => letGo.length > 0),
  run: async ({ known }) => {
    const busy = known.filter(({ letGo }) => letGo.length > 0)
    busy[which % busy.length]?.letGo.shift()?.(fails)
    await someTurns()
  },
  toString: () => `finish(${which}, ${fails})`,
})

const dispose = (which: number): Step => ({
  check: ({ known }) => known.length > 0,
  run: async ({ known }) => {
    known[which % known.length]?.own[Symbol.dispose]()
    await someTurns()
  },
  toString: () => `dispose(${which})`,
})

const advance = (ms: number): Step => ({
  check: () => true,
  run: async (_, { clock }) => {
    clock.advance(ms)
    await someTurns()
  },
  toString: () => `advance(${ms})`,
})

const close: Step = {
  check: ({ isClosing }) => !isClosing,
  run: async (model, real) => {
    model.isClosing = true
    real.closed = real.bus.close({ drainMs: 50 })
    await someTurns()
  },
  toString: () => 'close',
}

/** What holds whenever nothing moves. */
function inspect({ known }: Model, { bus }: Real): void {
  for (const { own, handled, owed, most, concurrency, letGo } of known) {
    assert.equal(new Set(handled).size, handled.length, 'a message was handled twice')
    assert(
      handled.every((number) => owed.has(number)),
      'a message was handled that it was not to get',
    )
    assert(most <= concurrency, 'too many were handled at once')
    assert.equal(own.inFlight, letGo.length)
    for (const priority of priorities) {
      const ofOne = handled.filter((number) => owed.get(number)?.priority === priority)
      assert.deepEqual(
        ofOne,
        ofOne.toSorted((a, b) => a - b),
        'the order of one priority is broken',
      )
    }
  }
  assert.equal(bus.subscriptions.length, known.filter(({ own }) => own.isLive).length)
}

it('each message is handled once, or is a dead letter, or was refused to its publisher; in order, so many at once', async () => {
  const whenFull = fc.constantFrom<WhenFull>('wait', 'drop-oldest', 'drop-newest', 'fail')
  const steps = [
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), whenFull).map((all) => subscribe(...all)),
    ...Array.from({ length: 4 }, () =>
      fc.tuple(fc.constantFrom(...priorities), fc.option(fc.nat(30), { nil: undefined })).map((all) => publish(...all)),
    ),
    fc.tuple(fc.nat(9), fc.boolean()).map((all) => finish(...all)),
    fc.tuple(fc.nat(9), fc.boolean()).map((all) => finish(...all)),
    fc.nat(9).map(dispose),
    fc.nat(20).map(advance),
    fc.constant(close),
  ]
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 60 }), async (commands) => {
      const model = new Model()
      const real: Real = open()
      await fc.asyncModelRun(() => ({ model, real }), commands)
      inspect(model, real)
      const { bus, clock } = real
      real.closed ??= bus.close({ drainMs: 50 })
      await someTurns()
      clock.advance(60)
      await someTurns()
      await real.closed
      assert.deepEqual([bus.subscriptions, model.outcomes.size], [[], model.published])
      const counted = bus.deadLetters.list.length
      // Each is accounted for: those handled to the end, the dead, and those whose publishers were told.
      const finished = model.known.reduce((sum, { own }) => sum + own.delivered, 0)
      const owed = model.known.reduce((sum, one) => sum + one.owed.size, 0)
      const told = [...model.outcomes.values()].filter((outcome) => outcome !== 'resolved').length
      assert(finished + counted <= owed, 'something is accounted for twice')
      assert(owed - finished - counted <= told * model.known.length, 'something is lost')
      if (told === 0) assert.equal(finished + counted, owed)
    }),
    { numRuns: 1_000 },
  )
})

it('whatever the order in which handlers end, publishers are let in one by one, and all is handled', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(12),
      async (scheduler, concurrency, count) => {
        const { bus, clock } = open()
        const handled: number[] = []
        let most = 0
        let now = 0
        const handler = async ({ payload }: AgentMessage) => {
          most = Math.max(most, ++now)
          handled.push(payload as number)
          await scheduler.schedule(Promise.resolve(), `handle ${String(payload)}`)
          now--
        }
        bus.subscribe({ topic: 'news' }, handler, { concurrency, queue: { max: 1 } })
        const published = Array.from({ length: count }, async (_, number) => {
          await bus.publish(event(clock, number, 'normal')).catch(() => handled.push(-1))
        })
        const closed = bus.close({ drainMs: 1_000 })
        await scheduler.waitFor(Promise.all([...published, closed]))
        const refused = handled.filter((number) => number < 0).length
        assert.deepEqual(
          handled.filter((number) => number >= 0),
          Array.from({ length: count - refused }, (_, number) => number),
        )
        assert(most <= concurrency)
        assert.equal(refused, Math.max(0, count - 1 - settings.maxWaiting))
      },
    ),
    { numRuns: 1_000 },
  )
})
