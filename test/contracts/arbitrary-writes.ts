import fc from 'fast-check'
import type { Hold, NewRecord, Write } from '../../packages/core/src/ports/index.ts'

const record = (key: string, kind: NewRecord['kind'] = 'result'): NewRecord => ({ key, kind, attempt: 1 })

export const runs = fc.record({
  tenant: fc.constantFrom('t', 't:u'),
  id: fc.constantFrom('a', 'u:a', 'b', '__proto__'),
})
const records = fc.array(
  fc.constantFrom('x', 'y', 'z', 'constructor').map((key) => record(key)),
  { maxLength: 3 },
)
const wakeInMs = fc.constantFrom(undefined, 0, 10, 40)
const move = fc.record({
  status: fc.constantFrom('pending', 'suspended', 'needs-attention', 'succeeded', 'partial', 'failed', 'cancelled'),
  output: fc.constantFrom(undefined, '1'),
  failure: fc.constant(undefined),
  wakeInMs,
  seen: fc.nat(2),
})
const head = fc.record({
  workflow: fc.constant('w'),
  version: fc.nat(1),
  shape: fc.constant(7),
  session: fc.constantFrom(undefined, 's'),
  parent: fc.constantFrom(undefined, 'p'),
})
export const runner = fc.constantFrom('one', 'two')
export const create = fc
  .record({
    kind: fc.constant('create'),
    run: runs,
    runner,
    head,
    records,
    move: fc.option(move, { nil: undefined }),
    wakeInMs,
  })
  .map(
    ({ wakeInMs: wake, head: first, ...write }): Write => ({
      ...write,
      head:
        wake === undefined || write.move
          ? { ...first, status: 'running' }
          : { ...first, status: 'pending', wakeInMs: wake },
    }),
  )
export const held = fc.record({
  kind: fc.constant('held'),
  hold: fc.constant(undefined as unknown as Hold),
  records,
  move: fc.option(move, { nil: undefined }),
  retry: fc.boolean(),
}) as fc.Arbitrary<Write>
export const signal = fc.record({
  kind: fc.constant('signal'),
  run: runs,
  record: fc.constantFrom('s', 'r', 'x').map((key) => record(key, 'signal')),
}) as fc.Arbitrary<Write>
