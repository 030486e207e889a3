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
function aBurst(message: typeof exact) {
  return () => {
    expected = delivered + burst
    all = Promise.withResolvers()
    for (let index = 0; index < burst; index++) void bus.publish(message)
    return all.promise
  }
}

async function frame(): Promise<void> {}

export default defineBench({
  name: 'the bus',
  floor: { name: 'a bare call', run: () => count() },
  cases: [
    { name: 'an async frame, awaited', run: frame },
    { name: 'publish + deliver', run: aBurst(exact), operations: burst, target: { ns: 45 } },
    { name: 'publish + deliver by wildcard', run: aBurst(wild), operations: burst, target: { ns: 60 } },
    {
      name: 'request and response',
      run: () => bus.request(Price, input),
      target: { ns: 400 },
      after: () => orchestrator.close(),
    },
  ],
})
