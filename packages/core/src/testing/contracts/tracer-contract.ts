import assert from 'node:assert/strict'
import type { Attributes, Span, Tracer } from '../../ports/index.js'
import type { Contract, ContractCase } from '../contract.js'
import { someTurns } from './turns.js'

/** A tracer, and how to read what it traced. */
export interface TracerUnderTest {
  readonly tracer: Tracer
  /** The spans that have ended so far, in any order. */
  ended(): readonly EndedSpan[] | Promise<readonly EndedSpan[]>
}

/** One span, after its end. */
export interface EndedSpan {
  readonly name: string
  readonly traceparent: string
  /** The id of the span in which it was opened, 16 hexadecimal digits; nothing for the first of a trace. */
  readonly parentId?: string | undefined
  readonly attributes: Attributes
  readonly failed: boolean
}

const remote = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const remoteTrace = remote.slice(3, 35)
const remoteSpan = remote.slice(36, 52)
const noTraceparents = ['', 'nonsense', `${remote}-`, remote.toUpperCase(), `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`]

const passingOn: readonly ContractCase<TracerUnderTest>[] = [
  {
    name: 'run is called once, at once',
    run: async ({ port: { tracer } }) => {
      let calls = 0
      tracer.span('a', {}, () => calls++)
      assert.equal(calls, 1)
      await someTurns()
      assert.equal(calls, 1)
    },
  },
  {
    name: 'what run returns is returned, the same promise or value',
    run: async ({ port: { tracer } }) => {
      const rejected = (async () => raise())()
      const handled = assert.rejects(rejected, RangeError)
      for (const value of [undefined, 0, {}, () => {}, Promise.resolve(1), rejected, new Promise(() => {})]) {
        assert.equal(
          Object.is(
            tracer.span<unknown>('a', {}, () => value),
            value,
          ),
          true,
        )
      }
      await handled
    },
  },
  {
    name: 'what run throws is thrown',
    run: async ({ port: { tracer } }) => {
      for (const thrown of [new RangeError('thrown within'), 'a text', undefined] as readonly Error[]) {
        let caught: unknown = 'nothing'
        try {
          tracer.span('a', {}, () => {
            throw thrown
          })
        } catch (error) {
          caught = error
        }
        assert.equal(caught, thrown)
      }
    },
  },
  {
    name: 'a traceparent is as the W3C has it, or undefined',
    run: async ({ port: { tracer } }) => {
      for (const options of [undefined, {}, { traceparent: undefined }, { traceparent: remote }]) {
        const seen = tracer.span('a', {}, (span) => [span.traceparent, span.traceparent] as const, options)
        assert.equal(seen[0], seen[1])
        if (seen[0] !== undefined) assert.match(seen[0], /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/)
      }
    },
  },
]

const relating: readonly ContractCase<TracerUnderTest>[] = [
  {
    name: 'a span that is opened within another one is its child, also after a wait',
    run: async (subject) => {
      const { tracer } = subject.port
      await tracer.span('outer', {}, async () => {
        tracer.span('at once', {}, () => {})
        await subject.advance(1)
        await tracer.span('later', {}, async () => tracer.span('inmost', {}, () => {}))
      })
      const [outer, ...rest] = await spans(subject.port, 'outer', 'at once', 'later', 'inmost')
      const later = rest[1]
      assert.deepEqual(
        rest.map(({ traceId, parentId }) => [traceId, parentId]),
        [outer?.spanId, outer?.spanId, later?.spanId].map((parentId) => [outer?.traceId, parentId]),
      )
    },
  },
  {
    name: 'a span that is opened within none begins a trace, also after others',
    run: async ({ port }) => {
      const { tracer } = port
      tracer.span('first', {}, () => {})
      await tracer.span('second', {}, async () => {})
      assert.throws(() => tracer.span('third', {}, raise))
      tracer.span('fourth', {}, () => {})
      const all = await spans(port, 'first', 'second', 'third', 'fourth')
      assert.deepEqual(new Set(all.map(({ parentId }) => parentId)), new Set([undefined]))
      assert.equal(new Set(all.map(({ traceId }) => traceId)).size, 4)
    },
  },
  {
    name: 'spans under way at the same time do not mix',
    run: async ({ port, advance }) => {
      const { tracer } = port
      const work = (name: string) =>
        tracer.span(name, {}, async () => {
          await advance(1)
          await tracer.span(`${name}, within`, {}, () => advance(1))
          tracer.span(`${name}, last`, {}, () => {})
        })
      await Promise.all([work('a'), work('b')])
      for (const name of ['a', 'b']) {
        const [outer, within, last] = await spans(port, name, `${name}, within`, `${name}, last`)
        assert.deepEqual([within?.parentId, last?.parentId], [outer?.spanId, outer?.spanId])
      }
    },
  },
  {
    name: 'a traceparent in the options is the parent, also within another span',
    run: async ({ port }) => {
      const { tracer } = port
      tracer.span('outer', {}, () => {
        tracer.span('remote', {}, () => tracer.span('within', {}, () => {}), { traceparent: remote })
      })
      const [far, within] = await spans(port, 'remote', 'within')
      assert.deepEqual([far?.traceId, far?.parentId], [remoteTrace, remoteSpan])
      assert.deepEqual([within?.traceId, within?.parentId], [remoteTrace, far?.spanId])
    },
  },
  {
    name: 'a traceparent that is none counts as absent',
    run: async ({ port }) => {
      const { tracer } = port
      for (const traceparent of noTraceparents) {
        assert.equal(
          tracer.span('outer', {}, () => tracer.span(`given ${traceparent}`, {}, () => 1, { traceparent })),
          1,
        )
        const [span] = await spans(port, `given ${traceparent}`)
        const outer = (await port.ended()).filter(({ name }) => name === 'outer').map((ended) => idsOf(ended).spanId)
        assert.equal(outer.includes(span?.parentId ?? ''), true, `${traceparent} was taken for one`)
      }
    },
  },
]

const telling: readonly ContractCase<TracerUnderTest>[] = [
  {
    name: 'a span ends when what run returned has settled',
    run: async ({ port }) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      void port.tracer.span('waits', {}, () => promise)
      port.tracer.span('does not', {}, () => {})
      await someTurns()
      assert.deepEqual(
        (await port.ended()).map(({ name }) => name),
        ['does not'],
      )
      resolve()
      await spans(port, 'waits')
    },
  },
  {
    name: 'a span whose run throws or rejects is marked as failed',
    run: async ({ port }) => {
      const { tracer } = port
      assert.throws(() => tracer.span('throws', {}, raise))
      await assert.rejects(() => tracer.span('rejects', {}, async () => raise()))
      await tracer.span('resolves', {}, async () => new RangeError('returned'))
      tracer.span('returns', {}, () => {})
      const all = await spans(port, 'throws', 'rejects', 'resolves', 'returns')
      assert.deepEqual(
        all.map(({ failed }) => failed),
        [true, true, false, false],
      )
    },
  },
  {
    name: 'a span has the attributes it was opened with and those set, the later replacing the earlier',
    run: async ({ port }) => {
      await port.tracer.span('a', { agent: 'x', attempt: 1 }, async (span) => {
        span.set({ attempt: 2, ok: true })
        await someTurns()
        span.set({ ok: false })
      })
      const [{ attributes } = { attributes: {} }] = await spans(port, 'a')
      assert.deepEqual({ ...attributes }, { agent: 'x', attempt: 2, ok: false })
    },
  },
  {
    name: 'set does nothing after the end',
    run: async ({ port }) => {
      const kept: Span[] = []
      port.tracer.span('at once', { a: 1 }, (span) => kept.push(span))
      await port.tracer.span('later', { a: 1 }, async (span) => kept.push(span))
      assert.throws(() =>
        port.tracer.span('failed', { a: 1 }, (span) => {
          kept.push(span)
          raise()
        }),
      )
      await someTurns()
      for (const span of kept) assert.doesNotThrow(() => span.set({ a: 2, b: 3 }))
      for (const { attributes } of await spans(port, 'at once', 'later', 'failed')) {
        assert.deepEqual({ ...attributes }, { a: 1 })
      }
    },
  },
]

/** What a Tracer promises: one case for each promise of the port's prose. */
export const tracerContract: Contract<TracerUnderTest> = {
  port: 'Tracer',
  cases: [...passingOn, ...relating, ...telling],
}

function raise(): never {
  const thrown = new RangeError('thrown within')
  throw thrown
}

function idsOf({ traceparent }: EndedSpan): { readonly traceId: string; readonly spanId: string } {
  return { traceId: traceparent.slice(3, 35), spanId: traceparent.slice(36, 52) }
}

/** The ended spans of these names, in their order. */
async function spans(port: TracerUnderTest, ...names: readonly string[]) {
  await someTurns()
  const ended = await port.ended()
  return names.map((name) => {
    const found = ended.find((span) => span.name === name)
    assert(found, `the span "${name}" has not ended`)
    return { ...found, ...idsOf(found) }
  })
}
