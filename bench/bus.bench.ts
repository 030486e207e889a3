import { createOrchestrator, topic } from '@baton/core'
import { z } from 'zod'
import { defineBench } from './harness/bench.ts'

const Text = z.object({ text: z.string() })
const orchestrator = await createOrchestrator({})
const { bus } = orchestrator
const stamp = { newId: () => 'event', now: () => Date.now() }

const burst = 1_000
let delivered = 0
let expected = 0
let all = Promise.withResolvers<void>()
const count = () => {
  delivered++
  if (delivered === expected) all.resolve()
}

const Exact = topic('exact.one', Text)
const Wild = topic('wild.one', Text)
const Price = topic('price', Text, { reply: Text })
bus.subscribe(Exact, count)
bus.subscribe('wild.*', count)
bus.respond(Price, (asked) => asked)

const { createMessage } = await import('@baton/core')
const event = (name: string) =>
  createMessage(
    { type: 'event', sender: 'host', receiver: { everyone: true }, operation: name, payload: { text: 'otters' } },
    stamp,
  )
const exact = event('exact.one')
const wild = event('wild.one')
const input = { text: 'otters' }

/** Publishes a burst of one prebuilt message, and waits until the last one is delivered. */
function inBursts(message: typeof exact) {
  let left = 0
  return () => {
    if (left === 0) {
      left = burst
      expected = delivered + burst
      all = Promise.withResolvers<void>()
    }
    left--
    void bus.publish(message)
    return left === 0 ? all.promise : undefined
  }
}

export default defineBench({
  name: 'the bus',
  floor: { name: 'a bare call', run: () => count() },
  cases: [
    { name: 'publish + deliver', run: inBursts(exact) },
    { name: 'publish + deliver by wildcard', run: inBursts(wild) },
    { name: 'request and response', run: () => bus.request(Price, input), after: () => orchestrator.close() },
  ],
})
