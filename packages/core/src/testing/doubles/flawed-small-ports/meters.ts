import type { Attributes } from '../../../ports/index.js'
import type { Distribution, MeterUnderTest } from '../../contracts/meter-contract.js'
import type { FlawedDouble } from '../flawed-double.js'
import { RecordingMeter } from '../recording-meter.js'

function flawed(name: string, breaks: readonly string[], make: () => RecordingMeter): FlawedDouble<MeterUnderTest> {
  return {
    name,
    breaks,
    open: async () => {
      const meter = make()
      const port: MeterUnderTest = {
        meter,
        sum: (...series) => meter.sum(...series),
        distribution: (...series) => summedUp(meter.observations(...series)),
      }
      return { port, advance: async () => {} }
    },
  }
}

function summedUp(observations: readonly number[]): Distribution {
  return { count: observations.length, total: observations.reduce((sum, value) => sum + value, 0) }
}

/** Changes the attributes that series are told apart by. */
class Confused extends RecordingMeter {
  readonly #seen: (attributes: Attributes) => Attributes

  constructor(seen: (attributes: Attributes) => Attributes) {
    super()
    this.#seen = seen
  }

  override add(name: string, by: number, attributes: Attributes = {}): void {
    super.add(name, by, this.#seen(attributes))
  }

  override record(name: string, value: number, attributes: Attributes = {}): void {
    super.record(name, value, this.#seen(attributes))
  }

  override sum(name: string, attributes: Attributes = {}): number {
    return super.sum(name, this.#seen(attributes))
  }

  override observations(name: string, attributes: Attributes = {}): readonly number[] {
    return super.observations(name, this.#seen(attributes))
  }
}

function joined(attributes: Attributes): Attributes {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined)
  return {
    all: given
      .map(([name, value]) => `${name}=${value}`)
      .toSorted()
      .join(),
  }
}

class LastAmount extends RecordingMeter {
  override add(name: string, by: number, attributes?: Attributes): void {
    if (by >= 0) super.add(name, by > 0 ? by - this.sum(name, attributes) : 0, attributes)
  }
}

class NothingBelowZero extends RecordingMeter {
  override record(name: string, value: number, attributes?: Attributes): void {
    if (value >= 0) super.record(name, value, attributes)
  }
}

class Strict extends RecordingMeter {
  override add(name: string, by: number, attributes?: Attributes): void {
    if (!(by >= 0)) throw wrong
    super.add(name, by, attributes)
  }
}

class Finite extends RecordingMeter {
  override record(name: string, value: number, attributes?: Attributes): void {
    if (!Number.isFinite(value)) throw wrong
    super.record(name, value, attributes)
  }
}

class Slow extends RecordingMeter {
  override add(name: string, by: number, attributes?: Attributes): void {
    super.add(name, by, attributes)
    return Promise.resolve() as unknown as void
  }
}

/** Looks at the attributes only when it is read. */
class Late extends RecordingMeter {
  readonly #told: ((meter: RecordingMeter) => void)[] = []

  override add(name: string, by: number, attributes?: Attributes): void {
    this.#told.push((meter) => meter.add(name, by, attributes))
  }

  override record(name: string, value: number, attributes?: Attributes): void {
    this.#told.push((meter) => meter.record(name, value, attributes))
  }

  override sum(name: string, attributes?: Attributes): number {
    return this.#read().sum(name, attributes)
  }

  override observations(name: string, attributes?: Attributes): readonly number[] {
    return this.#read().observations(name, attributes)
  }

  #read(): RecordingMeter {
    const meter = new RecordingMeter()
    for (const tell of this.#told) tell(meter)
    return meter
  }
}

const wrong = new RangeError('no such amount')
const sums = 'what is added makes a sum'
const distributions = 'what is recorded makes a distribution'
const series = 'equal names with different attributes are different series'
const order = 'neither the order of attributes nor one that is undefined makes another series'
const belowZero = 'an amount below 0 or not finite adds nothing'
const notFinite = 'a value that is not finite is not recorded'
const waiting = 'no method returns anything to wait for'
const changed = 'the attributes may be changed afterwards'

/** Meters with one flaw each: the contract has to find every one of them. */
export const flawedMeters: readonly FlawedDouble<MeterUnderTest>[] = [
  flawed('it knows the last amount only', [sums, order], () => new LastAmount()),
  flawed('it records nothing below 0', [distributions], () => new NothingBelowZero()),
  flawed('it does not look at attributes', [series, changed], () => new Confused(() => ({}))),
  flawed('it takes attributes for others that read alike', [series], () => new Confused(joined)),
  flawed(
    'it takes attributes in another order for others',
    [order],
    () => new Confused((attributes) => ({ all: JSON.stringify(attributes) })),
  ),
  flawed('it throws when an amount is below 0', [belowZero], () => new Strict()),
  flawed('it throws when a value is not finite', [notFinite], () => new Finite()),
  flawed('it wants to be waited for', [waiting], () => new Slow()),
  flawed('it looks at attributes when it is read', [changed], () => new Late()),
]
