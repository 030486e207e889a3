import { describe, expect, test } from 'vitest'
import { SystemClock } from '../../packages/core/src/host/index.js'
import { LocalBus } from '../../packages/core/src/intake/bus/index.js'
import type { Clock } from '../../packages/core/src/ports/index.js'
import { messageBusContract } from '../../packages/core/src/testing/contracts/message-bus-contract.js'
import { flawedMessageBuses } from '../../packages/core/src/testing/doubles/flawed-message-buses.js'
import { ManualClock } from '../../packages/core/src/testing/doubles/manual-clock.js'
import { RecordingEventSink } from '../../packages/core/src/testing/doubles/recording-event-sink.js'
import { examine, runContract } from '../../packages/core/src/testing/run-contract.js'

const settings = { queue: 10_000, maxWaiting: 10_000, deadLetters: 100, requestTimeoutMs: 30_000 }

describe.each([false, true])('LocalBus, in real time: %s', (isReal) => {
  const open = async () => {
    const manual = new ManualClock()
    const clock: Clock = isReal ? new SystemClock() : manual
    const bus = new LocalBus({ clock, events: new RecordingEventSink() }, settings)
    let ids = 0
    const stamp = { newId: () => `message ${++ids}`, now: () => clock.now() }
    const advance = async (ms: number) =>
      isReal ? new Promise<void>((resolve) => setTimeout(resolve, ms)) : manual.advance(ms)
    return { port: { bus, stamp }, advance }
  }
  runContract(messageBusContract, { test, open })
})

describe('flawed doubles', () => {
  test.each(flawedMessageBuses.map((double) => ({ double, name: double.name })))('$name', async ({ double }) => {
    const results = await examine(messageBusContract, { open: () => double.open() })
    const broken = results.filter(({ outcome }) => outcome === 'broken').map(({ name }) => name)
    expect(broken.toSorted()).toEqual(double.breaks.toSorted())
  })
  test('each case is broken by one of them', () => {
    const found = new Set(flawedMessageBuses.flatMap(({ breaks }) => breaks))
    expect(messageBusContract.cases.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([])
  })
})
