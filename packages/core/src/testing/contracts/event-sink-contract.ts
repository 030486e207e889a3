import assert from 'node:assert/strict'
import type { EventSink, LifecycleEvent, LifecycleEventName } from '../../ports/index.js'
import type { Contract, ContractCase } from '../contract.js'
import { someTurns } from './turns.js'

/** An event sink, and how to listen to it. */
export interface EventSinkUnderTest {
  readonly sink: EventSink
  /** Listens for one event, or with `*` for all, until what it returns is disposed. */
  listen(type: LifecycleEventName | '*', listener: (event: LifecycleEvent) => void | Promise<void>): Disposable
}

const telling: readonly ContractCase<EventSinkUnderTest>[] = [
  {
    name: 'observed tells whether anyone listens',
    run: async ({ port }) => {
      const seen = [port.sink.observed]
      const one = port.listen('orchestrator.started', () => {})
      const all = port.listen('*', () => {})
      seen.push(port.sink.observed)
      one[Symbol.dispose]()
      one[Symbol.dispose]()
      seen.push(port.sink.observed)
      all[Symbol.dispose]()
      seen.push(port.sink.observed)
      assert.deepEqual(seen, [false, true, true, false])
    },
  },
  {
    name: 'a listener is told at once, with the details and the time',
    run: async ({ port }) => {
      const told: LifecycleEvent[] = []
      port.listen('plugin.started', (event) => void told.push(event))
      const details = Object.freeze({ plugin: 'a', ms: 5 })
      port.sink.emit('plugin.started', details)
      const [event] = told
      assert.deepEqual(told, [{ type: 'plugin.started', at: event?.at, ...details }])
      assert.equal(Number.isFinite(event?.at), true)
    },
  },
  {
    name: 'only listeners of the event and those of all events are told',
    run: async ({ port }) => {
      const told: string[] = []
      for (const type of ['orchestrator.started', 'orchestrator.closed', '*'] as const) {
        port.listen(type, (event) => void told.push(`${type} of ${event.type}`))
      }
      port.sink.emit('orchestrator.started', { ms: 1 })
      port.sink.emit('plugin.started', { plugin: 'a', ms: 1 })
      const expected = [
        '* of orchestrator.started',
        '* of plugin.started',
        'orchestrator.started of orchestrator.started',
      ]
      assert.deepEqual(told.toSorted(), expected)
    },
  },
  {
    name: 'listeners of the event are told first, then those of all, each in the order in which they began',
    run: async ({ port }) => {
      const told: string[] = []
      for (const [name, type] of [
        ['all 1', '*'],
        ['own 1', 'orchestrator.started'],
        ['all 2', '*'],
        ['own 2', 'orchestrator.started'],
        ['own 3', 'orchestrator.started'],
      ] as const) {
        port.listen(type, () => void told.push(name))
      }
      port.sink.emit('orchestrator.started', { ms: 1 })
      assert.deepEqual(told, ['own 1', 'own 2', 'own 3', 'all 1', 'all 2'])
    },
  },
  {
    name: 'a listener is told until it stops to listen',
    run: async ({ port }) => {
      const told: string[] = []
      const own = port.listen('orchestrator.started', () => void told.push('own'))
      const all = port.listen('*', () => void told.push('all'))
      // One function that listens twice is two listeners.
      const same = () => void told.push('same')
      const [first] = [port.listen('orchestrator.started', same), port.listen('orchestrator.started', same)]
      for (const listening of [own, all, first]) listening[Symbol.dispose]()
      port.sink.emit('orchestrator.started', { ms: 1 })
      assert.deepEqual(told, ['same'])
    },
  },
]

const meanwhile: readonly ContractCase<EventSinkUnderTest>[] = [
  {
    name: 'who begins or stops to listen meanwhile changes nothing for the others',
    run: async ({ port }) => {
      for (const type of ['orchestrator.started', '*'] as const) {
        const told: string[] = []
        const changing = port.listen(type, () => {
          changing[Symbol.dispose]()
          port.listen(type, () => {})
        })
        const others = ['a', 'b', 'c'].map((name) => port.listen(type, () => void told.push(name)))
        port.sink.emit('orchestrator.started', { ms: 1 })
        assert.deepEqual(told, ['a', 'b', 'c'])
        for (const other of others) other[Symbol.dispose]()
      }
    },
  },
  {
    name: 'who stops to listen meanwhile is not told any more',
    run: async ({ port }) => {
      const told: string[] = []
      port.listen('orchestrator.started', () => {
        own[Symbol.dispose]()
        all[Symbol.dispose]()
      })
      const own = port.listen('orchestrator.started', () => void told.push('own'))
      const all = port.listen('*', () => void told.push('all'))
      port.sink.emit('orchestrator.started', { ms: 1 })
      assert.deepEqual(told, [])
    },
  },
]

const failing: readonly ContractCase<EventSinkUnderTest>[] = [
  {
    name: 'a listener that throws harms neither the others nor the one who tells',
    run: async ({ port }) => {
      const told: string[] = []
      port.listen('orchestrator.started', raise)
      port.listen('orchestrator.started', () => void told.push('own'))
      port.listen('*', (event) => (event.type === 'orchestrator.started' ? raise() : undefined))
      port.listen('*', (event) => void told.push(event.type))
      assert.doesNotThrow(() => port.sink.emit('orchestrator.started', { ms: 1 }))
      assert.deepEqual(
        told.filter((name) => name !== 'listener.failed'),
        ['own', 'orchestrator.started'],
      )
    },
  },
  {
    name: 'a listener that rejects harms nobody',
    run: async ({ port }) => {
      const told: string[] = []
      port.listen('orchestrator.started', async () => {
        await someTurns()
        raise()
      })
      port.listen('orchestrator.started', () => void told.push('own'))
      port.sink.emit('orchestrator.started', { ms: 1 })
      assert.deepEqual(told, ['own'])
      // Were the rejection left to the process, it would end it.
      await someTurns()
      await someTurns()
    },
  },
  {
    name: 'a listener that throws is reported as listener.failed',
    run: async ({ port }) => {
      const failed: LifecycleEvent[] = []
      port.listen('listener.failed', (event) => void failed.push(event))
      port.listen('orchestrator.started', raise)
      port.sink.emit('orchestrator.started', { ms: 1 })
      assert.deepEqual(failed, [
        { type: 'listener.failed', at: failed[0]?.at, event: 'orchestrator.started', failure: broken },
      ])
    },
  },
  {
    name: 'a listener that rejects is reported as listener.failed',
    run: async ({ port }) => {
      const failed: LifecycleEvent[] = []
      port.listen('*', (event) => void (event.type === 'listener.failed' && failed.push(event)))
      port.listen('orchestrator.started', async () => raise())
      port.sink.emit('orchestrator.started', { ms: 1 })
      await someTurns()
      assert.deepEqual(failed, [
        { type: 'listener.failed', at: failed[0]?.at, event: 'orchestrator.started', failure: broken },
      ])
    },
  },
  {
    name: 'a listener of listener.failed that fails itself is not reported',
    run: async ({ port }) => {
      let told = 0
      port.listen('listener.failed', () => {
        // So that also a sink that does report it comes to an end.
        if (++told < 10) raise()
      })
      port.listen('orchestrator.started', raise)
      assert.doesNotThrow(() => port.sink.emit('orchestrator.started', { ms: 1 }))
      await someTurns()
      assert.equal(told, 1)
    },
  },
]

/** What an EventSink promises: one case for each promise of the port's prose. */
export const eventSinkContract: Contract<EventSinkUnderTest> = {
  port: 'EventSink',
  cases: [...telling, ...meanwhile, ...failing],
}

const broken = new RangeError('a listener that fails')

function raise(): never {
  throw broken
}
