import { expect, it } from 'vitest'
import { z } from 'zod'
import { createMessage } from '../../ports/index.js'
import { someTurns } from '../../testing/contracts/turns.js'
import { createTestOrchestrator } from '../../testing/test-orchestrator.js'
import { topic } from './index.js'

const News = topic('news', z.number())
const stamp = { newId: () => 'm1', now: () => 0 }

it.each([{ agent: 'nobody' }, { group: 'nobody' }])(
  'a message for %o, which there is not, is a dead letter',
  async (receiver) => {
    await using t = await createTestOrchestrator({})
    const message = createMessage({ type: 'event', sender: 'me', receiver, operation: 'do', payload: 1 }, stamp)
    await t.bus.publish(message)
    expect(t.bus.deadLetters.list.map(({ reason, subscription }) => [reason, subscription])).toEqual([
      ['no_receiver', 'agent' in receiver ? 'the agent nobody' : 'the group nobody'],
    ])
  },
)

it('who does not wait for a publish that is refused is not ended by it; the message is a dead letter', async () => {
  const unhandled: unknown[] = []
  const note = (error: unknown) => void unhandled.push(error)
  process.on('unhandledRejection', note)
  const t = await createTestOrchestrator({})
  t.bus.subscribe(News, () => new Promise(() => {}), { queue: { max: 1, whenFull: 'fail' } })
  await t.bus.publish(News, 0)
  await someTurns()
  for (const value of [1, 2, 3]) void t.bus.publish(News, value)
  expect(t.bus.deadLetters.list.map(({ reason, message }) => [reason, message.payload])).toEqual([
    ['refused', 2],
    ['refused', 3],
  ])
  await t.close({ drainMs: 0 })
  void t.bus.publish(News, 4)
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

it('handlers that take long leave turns to the rest of the process', async () => {
  await using t = await createTestOrchestrator({})
  let turns = 0
  let isOver = false
  const turn = () => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  const last = Promise.withResolvers<void>()
  t.bus.subscribe(News, (value) => {
    // The clock of the test stands still: what is long is told by it.
    t.clock.advance(2)
    if (value === 999) last.resolve()
  })
  setImmediate(turn)
  for (let value = 0; value < 1_000; value++) void t.bus.publish(News, value)
  await last.promise
  isOver = true
  expect(turns).toBeGreaterThan(20)
})
