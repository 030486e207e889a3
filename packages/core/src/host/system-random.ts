import { randomBytes } from 'node:crypto'
import type { Random } from '../ports/index.js'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Chance of the machine. An identifier is a prefix drawn by chance (more than 110 bits) and a running number. */
export class SystemRandom implements Random {
  readonly #prefix = Array.from(randomBytes(20), (byte) => alphabet[byte % alphabet.length]).join('')
  #count = 0

  next(): number {
    return Math.random()
  }

  id(): string {
    return `${this.#prefix}-${(this.#count++).toString(36)}`
  }
}
