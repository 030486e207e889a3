import type { Random } from '../../../ports/index.js'
import type { FlawedDouble } from '../flawed-double.js'
import { SeededRandom } from '../seeded-random.js'

/** Without flaw: its ids begin with the name of the instance. */
class NamedRandom extends SeededRandom {
  readonly instance: string
  count = 0

  constructor(instance: string) {
    super(7)
    this.instance = instance
  }

  override next(): number {
    this.count++
    return super.next()
  }

  override id(): string {
    return `${this.instance}-${super.id()}`
  }
}

function flawed(
  name: string,
  breaks: readonly string[],
  flaw: { next?(own: NamedRandom): number; id?(own: NamedRandom): string },
): FlawedDouble<Random> {
  const make = (instance: string): Random => {
    const own = new NamedRandom(instance)
    return { next: () => flaw.next?.(own) ?? own.next(), id: () => flaw.id?.(own) ?? own.id() }
  }
  return {
    name,
    breaks,
    open: async () => ({ port: make('one'), advance: async () => {}, another: async () => make('another') }),
  }
}

const form = 'an id is 1 to 64 ASCII letters, digits, - and _'
const twice = 'no id is given twice'
const elsewhere = 'no id is given by another instance too'

/** Randoms with one flaw each: the contract has to find every one of them. */
export const flawedRandoms: readonly FlawedDouble<Random>[] = [
  flawed('a number may be 1', ['a number is from 0, included, to 1, excluded'], {
    next: (own) => {
      const number = own.next()
      return own.count % 50_000 === 0 ? 1 : number
    },
  }),
  flawed('small numbers come more often', ['numbers are evenly distributed'], { next: (own) => own.next() ** 1.1 }),
  flawed('an id holds a dot', [form], { id: (own) => own.id().replace('-', '.') }),
  flawed('an id is too long', [form], { id: (own) => own.id().padEnd(65, '_') }),
  flawed('ids come again after 65,536', [twice, elsewhere], {
    id: (own) => `${own.instance}-${own.count++ % 65_536}`,
  }),
  flawed('each instance counts from 1', [elsewhere], { id: (own) => own.id().replace(own.instance, 'id') }),
]
