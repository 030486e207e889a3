import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ManualClock } from '../testing/doubles/manual-clock.js'
import {
  bind,
  clock,
  createOrchestrator,
  definePlugin,
  type Failure,
  need,
  type Plugin,
  singleton,
  token,
} from '../index.js'

type Behaviour = 'sync' | 'async' | 'slow' | 'throws' | 'rejects late' | 'hangs' | 'deaf'
type Ending = 'none' | 'sync' | 'slow' | 'throws' | 'hangs'

interface Spec {
  readonly name: string
  readonly needs: readonly string[]
  readonly start: Behaviour
  readonly stop: Ending
  readonly asPlugin: boolean
}

interface Life {
  readonly starts: string[]
  readonly ready: string[]
  readonly failed: Set<string>
  readonly stops: string[]
}

const spec = fc.record({
  needs: fc.uniqueArray(fc.nat(11), { maxLength: 3 }),
  start: fc.constantFrom<Behaviour>(
    'sync',
    'sync',
    'async',
    'async',
    'slow',
    'slow',
    'throws',
    'rejects late',
    'hangs',
    'deaf',
  ),
  stop: fc.constantFrom<Ending>('none', 'sync', 'sync', 'slow', 'throws', 'hangs'),
  asPlugin: fc.boolean(),
})

/** Graphs of up to twelve parts: mostly without circles, some with one, some with a need that nobody meets. */
const graph = fc
  .record({
    specs: fc.array(spec, { maxLength: 12 }),
    wild: fc.boolean(),
    calm: fc.boolean(),
    order: fc.infiniteStream(fc.nat()),
  })
  .map(({ specs, wild, calm, order }) => {
    const parts = specs.map((one, index): Spec => {
      const needs = one.needs.filter((need) => wild || need < index).map((need) => `p${need}`)
      const healthy = calm && ['throws', 'rejects late', 'hangs', 'deaf'].includes(one.start)
      return { ...one, name: `p${index}`, needs, start: healthy ? 'slow' : one.start }
    })
    const keyed = parts.map((part) => ({ part, key: order.next().value as number }))
    return keyed.sort((a, b) => a.key - b.key).map(({ part }) => part)
  })

const portOf = (name: string) => token<string>(`test.${name}`)

function behaviours({ name, start, stop }: Spec, life: Life, time: ManualClock) {
  const after = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const waiting = time.schedule(ms, resolve)
      signal?.addEventListener('abort', () => {
        waiting.cancel()
        reject(signal.reason)
      })
    })
  const failing = (signal: AbortSignal): never => {
    if (!signal.aborted) life.failed.add(name)
    throw new RangeError(`${name} fails`)
  }
  const begin = async (signal: AbortSignal) => {
    life.starts.push(name)
    if (start === 'throws') failing(signal)
    if (start === 'async') await Promise.resolve()
    if (start === 'slow') await after(30, signal)
    if (start === 'deaf') await after(50)
    if (start === 'rejects late') {
      await after(20)
      failing(signal)
    }
    if (start === 'hangs') {
      signal.addEventListener('abort', () => life.failed.add(name))
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    life.ready.push(name)
  }
  const end = async () => {
    life.stops.push(name)
    if (stop === 'throws') throw new TypeError(`${name} does not stop`)
    if (stop === 'slow') await after(40)
    if (stop === 'hangs') await new Promise(() => {})
  }
  return { begin, end }
}

function pluginOf(part: Spec, life: Life, time: ManualClock): Plugin {
  const { begin, end } = behaviours(part, life, time)
  return definePlugin(part.name, {
    needs: Object.fromEntries(part.needs.map((name) => [name, need(portOf(name))])),
    provides: [portOf(part.name)],
    async start({ provide, signal, needs }) {
      expect(needs).toEqual(Object.fromEntries(part.needs.map((name) => [name, name])))
      await begin(signal)
      provide(portOf(part.name), part.name)
      return part.stop === 'none' ? undefined : end
    },
  })()
}

function bindingOf(part: Spec, life: Life, time: ManualClock) {
  const { begin, end } = behaviours(part, life, time)
  const source = singleton(
    async (_needs: object, { signal }) => {
      await begin(signal)
      return part.name
    },
    {
      needs: Object.fromEntries(part.needs.map((name) => [name, need(portOf(name))])),
      ...(part.stop === 'none' ? {} : { close: end }),
    },
  )
  return bind(portOf(part.name), source)
}

/** Lets time pass until the work is done; fails when nothing more can happen. */
async function finished<Result>(work: Promise<Result>, time: ManualClock): Promise<PromiseSettledResult<Result>> {
  let outcome: PromiseSettledResult<Result> | undefined
  void Promise.allSettled([work]).then(([settled]) => {
    outcome = settled
  })
  for (let step = 0; step < 500; step++) {
    for (let turn = 0; turn < 40 && outcome === undefined; turn++) await Promise.resolve()
    if (outcome === undefined) await new Promise((resolve) => setImmediate(resolve))
    if (outcome !== undefined) return outcome
    time.advance(time.nextDueInMs ?? 0)
  }
  return expect.unreachable('it hangs')
}

/** All that a part needs, directly or not. */
function reach(part: Spec, parts: readonly Spec[], seen = new Set<string>()): Set<string> {
  for (const name of part.needs) {
    if (seen.has(name)) continue
    seen.add(name)
    const needed = parts.find((one) => one.name === name)
    if (needed) reach(needed, parts, seen)
  }
  return seen
}

function checkOrder(parts: readonly Spec[], { starts, ready, stops }: Life): void {
  expect(new Set(starts).size).toBe(starts.length)
  expect(new Set(stops).size).toBe(stops.length)
  for (const part of parts) {
    for (const needed of part.needs) {
      if (starts.includes(part.name)) expect(ready).toContain(needed)
      if (stops.includes(part.name) && stops.includes(needed)) {
        expect(stops.indexOf(part.name)).toBeLessThan(stops.indexOf(needed))
      }
    }
  }
  const stoppable = ready.filter((name) => parts.some((part) => part.name === name && part.stop !== 'none'))
  expect(stops.toSorted()).toEqual(stoppable.toSorted())
}

function partsNamed(failure: unknown): string[] {
  const { details } = failure as Failure<{ readonly parts: readonly { readonly part: string }[] }>
  return details.parts.map(({ part }) => part.replace(/^plugin |^the port test\./, ''))
}

it('starts and closes any graph of parts in the order of needs, all of it, once, and tells what failed', async () => {
  const met: Record<string, number> = {}
  await fc.assert(
    fc.asyncProperty(graph, fc.option(fc.integer({ min: 0, max: 60 })), async (parts, abortAfterMs) => {
      const time = new ManualClock()
      const life: Life = { starts: [], ready: [], failed: new Set(), stops: [] }
      const controller = new AbortController()
      if (abortAfterMs !== null) time.schedule(abortAfterMs, () => controller.abort(new EvalError('not wanted')))
      const creating = createOrchestrator({
        plugins: parts.filter(({ asPlugin }) => asPlugin).map((part) => pluginOf(part, life, time)),
        ports: [
          bind(clock, time),
          ...parts.filter(({ asPlugin }) => !asPlugin).map((part) => bindingOf(part, life, time)),
        ],
        // No part takes as long as that to the millisecond: what fails in the moment of a timeout may be named or not.
        settings: { kernel: { startTimeoutMs: 105, stopTimeoutMs: 105, drainMs: 10 }, logging: { level: 'silent' } },
        signal: controller.signal,
      })
      const created = await finished(creating, time)
      const names = new Set(parts.map(({ name }) => name))
      const isMissing = parts.some(({ needs }) => needs.some((name) => !names.has(name)))
      const isCircular = parts.some((part) => reach(part, parts).has(part.name))
      const faulty = parts.filter(({ stop }) => stop === 'throws' || stop === 'hangs').map(({ name }) => name)

      if (created.status === 'fulfilled') {
        expect([isMissing, isCircular]).toEqual([false, false])
        expect(life.ready).toHaveLength(parts.length)
        expect(life.stops).toEqual([])
        const closed = await finished(created.value.close(), time)
        checkOrder(parts, life)
        if (faulty.length === 0) expect(closed.status).toBe('fulfilled')
        else if (closed.status === 'rejected') expect(partsNamed(closed.reason).toSorted()).toEqual(faulty.toSorted())
        else expect.unreachable('it does not tell what it could not close')
        met['started'] = (met['started'] ?? 0) + 1
        return
      }
      const { code } = created.reason as Failure
      met[code] = (met[code] ?? 0) + 1
      if (isMissing || isCircular) {
        expect(['kernel.missing_need', 'kernel.circular_need']).toContain(code)
        expect(life.starts).toEqual([])
        return
      }
      // What was too deaf to give up comes late, and is undone then.
      for (let step = 0; step < 5; step++) {
        time.advance(60)
        await new Promise((resolve) => setImmediate(resolve))
      }
      checkOrder(parts, life)
      const named = partsNamed(created.reason)
      expect(new Set(named).size).toBe(named.length)
      if (code === 'kernel.start_failed') {
        const couldFail = new Set(['throws', 'rejects late', 'hangs'])
        const ownFault = (name: string) => couldFail.has(parts.find((part) => part.name === name)?.start ?? '')
        expect(named.some(ownFault)).toBe(true)
        for (const name of named) expect(ownFault(name) || faulty.includes(name)).toBe(true)
        const threw = parts
          .filter(({ start, name }) => start !== 'hangs' && life.failed.has(name))
          .map(({ name }) => name)
        expect(named).toEqual(expect.arrayContaining(threw))
      } else {
        expect(code).toBe('kernel.start_cancelled')
        for (const name of named) expect(faulty).toContain(name)
      }
    }),
    { numRuns: 1_000 },
  )
  // The property says something only if all endings occur.
  expect(Object.keys(met).toSorted()).toEqual([
    'kernel.circular_need',
    'kernel.missing_need',
    'kernel.start_cancelled',
    'kernel.start_failed',
    'started',
  ])
})
