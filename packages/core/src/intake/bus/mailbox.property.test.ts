import assert from 'node:assert/strict'
import fc from 'fast-check'
import { it } from 'vitest'
import { type Priority, priorities } from '../../ports/index.js'
import { Mailbox, patience } from './mailbox.js'

interface Letter {
  readonly priority: Priority
  readonly number: number
}

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('push' as const), priority: fc.constantFrom(...priorities) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take least' as const) }) },
)

it('a mailbox loses nothing and doubles nothing, and keeps the order of each priority', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const mailbox = new Mailbox<Letter>()
      const model: Letter[] = []
      steps.forEach((one, number) => {
        if (one.do === 'push') {
          const letter = { priority: one.priority, number }
          mailbox.push(letter)
          model.push(letter)
        } else if (model.length > 0) {
          const taken = one.do === 'take' ? mailbox.take() : mailbox.takeLeast()
          const first = model.findIndex(({ priority }) => priority === taken.priority)
          assert.equal(taken, model[first])
          if (one.do === 'take least') {
            const rank = priorities.indexOf(taken.priority)
            assert(model.every(({ priority }) => priorities.indexOf(priority) >= rank))
          }
          model.splice(first, 1)
        }
        assert.equal(mailbox.length, model.length)
      })
    }),
    { numRuns: 2_000 },
  )
})

it('the first of a priority is passed by at most patience + 2 times, and a critical one at most 3 times in a row', () => {
  const push = fc.record({ priority: fc.constantFrom(...priorities), count: fc.integer({ min: 1, max: 150 }) })
  const bursts = fc.array(fc.record({ pushes: fc.array(push, { maxLength: 4 }), takes: fc.nat(150) }), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(bursts, (all) => {
      const mailbox = new Mailbox<Letter>()
      const waiting = new Map<Priority, number>(priorities.map((priority) => [priority, 0]))
      const passed = new Map<Priority, number>()
      for (const { pushes, takes } of all) {
        for (const { priority, count } of pushes) {
          for (let number = 0; number < count; number++) mailbox.push({ priority, number })
          waiting.set(priority, (waiting.get(priority) ?? 0) + count)
        }
        for (let take = 0; take < takes && mailbox.length > 0; take++) {
          const { priority: taken } = mailbox.take()
          waiting.set(taken, (waiting.get(taken) ?? 0) - 1)
          for (const priority of priorities) {
            const isPassed = priority !== taken && (waiting.get(priority) ?? 0) > 0
            passed.set(priority, isPassed ? (passed.get(priority) ?? 0) + 1 : 0)
            const most = priority === 'critical' ? 3 : patience + 2
            assert((passed.get(priority) ?? 0) <= most, `${priority} was passed by ${passed.get(priority)} times`)
          }
        }
      }
    }),
    { numRuns: 1_000 },
  )
})

it('high, normal and low go by eight, four and one while there is enough of each', () => {
  const mailbox = new Mailbox<Letter>()
  for (let number = 0; number < 1_300; number++) {
    for (const priority of ['low', 'normal', 'high'] as const) mailbox.push({ priority, number })
  }
  const counts = { low: 0, normal: 0, high: 0, critical: 0 }
  for (let take = 0; take < 1_300; take++) counts[mailbox.take().priority]++
  assert.deepEqual(counts, { low: 100, normal: 400, high: 800, critical: 0 })
})

it('who becomes the first because another was taken out of turn has been passed by not once', () => {
  const mailbox = new Mailbox<Letter>()
  for (let number = 0; number < 2; number++) mailbox.push({ priority: 'low', number })
  for (let number = 0; number < 2 * patience; number++) mailbox.push({ priority: 'critical', number })
  for (let take = 0; take < patience - 1; take++) mailbox.take()
  mailbox.takeLeast()
  const next = Array.from({ length: patience }, () => mailbox.take().priority)
  assert(next.every((priority) => priority === 'critical'))
})
