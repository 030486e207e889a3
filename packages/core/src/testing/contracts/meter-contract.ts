import assert from 'node:assert/strict'
import type { Attributes, Meter } from '../../ports/index.js'
import type { Contract } from '../contract.js'

/** A meter, and how to read what it was told. */
export interface MeterUnderTest {
  readonly meter: Meter
  /** What was added to one series so far; 0 when nothing was. */
  sum(name: string, attributes?: Attributes): number | Promise<number>
  /** How many observations of one series were recorded so far, and what they add up to. */
  distribution(name: string, attributes?: Attributes): Distribution | Promise<Distribution>
}

/** Observations of one series, summed up. */
export interface Distribution {
  readonly count: number
  readonly total: number
}

/** What a Meter promises: one case for each promise of the port's prose. */
export const meterContract: Contract<MeterUnderTest> = {
  port: 'Meter',
  cases: [
    {
      name: 'what is added makes a sum',
      run: async ({ port }) => {
        for (const by of [1, 2, 0, 0.5]) port.meter.add('baton.calls', by)
        assert.equal(await port.sum('baton.calls'), 3.5)
        assert.equal(await port.sum('baton.others'), 0)
      },
    },
    {
      name: 'what is recorded makes a distribution',
      run: async ({ port }) => {
        for (const value of [3, 0, 4.5, -1]) port.meter.record('baton.call.ms', value)
        assert.deepEqual({ ...(await port.distribution('baton.call.ms')) }, { count: 4, total: 6.5 })
        assert.deepEqual({ ...(await port.distribution('baton.other.ms')) }, { count: 0, total: 0 })
      },
    },
    {
      name: 'equal names with different attributes are different series',
      run: async ({ port }) => {
        const series: readonly (Attributes | undefined)[] = [
          undefined,
          { agent: 'a' },
          { agent: 'b' },
          { operation: 'a' },
          { agent: 'a', operation: 'b' },
          { agent: 'a,operation=b' },
        ]
        for (const [index, attributes] of series.entries()) {
          port.meter.add('baton.calls', index + 1, attributes)
          port.meter.record('baton.call.ms', index + 1, attributes)
        }
        for (const [index, attributes] of series.entries()) {
          assert.equal(await port.sum('baton.calls', attributes), index + 1)
          const { count, total } = await port.distribution('baton.call.ms', attributes)
          assert.deepEqual({ count, total }, { count: 1, total: index + 1 })
        }
      },
    },
    {
      name: 'neither the order of attributes nor one that is undefined makes another series',
      run: async ({ port }) => {
        for (const attributes of [
          { a: '1', b: '2' },
          { b: '2', a: '1' },
          { a: '1', b: '2', c: undefined },
        ]) {
          port.meter.add('baton.calls', 1, attributes)
          port.meter.record('baton.call.ms', 2, attributes)
        }
        assert.equal(await port.sum('baton.calls', { a: '1', b: '2' }), 3)
        const { count, total } = await port.distribution('baton.call.ms', { a: '1', b: '2' })
        assert.deepEqual({ count, total }, { count: 3, total: 6 })
      },
    },
    {
      name: 'an amount below 0 or not finite adds nothing',
      run: async ({ port }) => {
        port.meter.add('baton.calls', 2)
        for (const by of [-1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          assert.doesNotThrow(() => port.meter.add('baton.calls', by))
        }
        assert.equal(await port.sum('baton.calls'), 2)
      },
    },
    {
      name: 'a value that is not finite is not recorded',
      run: async ({ port }) => {
        port.meter.record('baton.call.ms', 2)
        for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          assert.doesNotThrow(() => port.meter.record('baton.call.ms', value))
        }
        assert.deepEqual({ ...(await port.distribution('baton.call.ms')) }, { count: 1, total: 2 })
      },
    },
    {
      name: 'no method returns anything to wait for',
      run: async ({ port: { meter } }) => {
        assert.equal(meter.add('baton.calls', 1, { agent: 'a' }) as unknown, undefined)
        assert.equal(meter.record('baton.call.ms', 1, { agent: 'a' }) as unknown, undefined)
      },
    },
    {
      name: 'the attributes may be changed afterwards',
      run: async ({ port }) => {
        const attributes: Record<string, string> = { agent: 'a' }
        port.meter.add('baton.calls', 1, attributes)
        port.meter.record('baton.call.ms', 5, attributes)
        attributes.agent = 'b'
        assert.equal(await port.sum('baton.calls', { agent: 'a' }), 1)
        assert.equal((await port.distribution('baton.call.ms', { agent: 'a' })).count, 1)
        assert.equal(await port.sum('baton.calls', { agent: 'b' }), 0)
      },
    },
  ],
}
