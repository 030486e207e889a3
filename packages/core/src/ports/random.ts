import { token } from '../protocol/index.js'

/** Chance, and new identifiers. Not for secrets: an identifier is unique, and may be guessed. */
export interface Random {
  /** A number from 0 (included) to 1 (excluded), evenly distributed. */
  next(): number
  /** A new identifier of at most 64 ASCII letters, digits, `-` and `_`; no other call, in any process, returns the same. */
  id(): string
}

export const random = token<Random>('baton.random')
