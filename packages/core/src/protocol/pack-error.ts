import { isExhausted } from './exhausted.js'
import { isFailure } from './failure.js'
import { isError } from './is-error.js'
import { setOwn } from './own-member.js'
import type { PackWalk } from './pack-walk.js'

type Pack = (value: unknown, walk: PackWalk) => unknown

const membersOfErrors = new Set(['name', 'message', 'stack', 'cause'])
const membersOfFailures = new Set([...membersOfErrors, 'code', 'remedy', 'retryable', 'details'])

/**
 * An error in JSON's words. Libraries hang sockets and functions on their errors, and what went wrong must get through:
 * members (and a cause that is no error) which cannot be carried are left out rather than refused.
 */
export function packError(error: Error, walk: PackWalk, pack: Pack): unknown {
  const carrier = new Carrier(error, walk, pack)
  if (!isFailure(error)) {
    carrier.packed.name = String(error.name)
    carrier.addCommon(membersOfErrors)
    return { '~error': carrier.packed }
  }
  carrier.packed.code = error.code
  carrier.packed.remedy = error.remedy
  carrier.packed.retryable = error.retryable
  if (isExhausted(error)) carrier.packed.exhausted = true
  carrier.addCommon(membersOfFailures)
  carrier.add('details', error.details)
  if (!('details' in carrier.packed) && isObject(error.details)) {
    carrier.packed.details = { '~data': carrier.membersOf(error.details, new Set()) }
  }
  return { '~failure': carrier.packed }
}

/** Collects what can be carried of one error. */
class Carrier {
  readonly packed: Record<string, unknown> = {}
  readonly #error: Error
  readonly #walk: PackWalk
  readonly #pack: Pack

  constructor(error: Error, walk: PackWalk, pack: Pack) {
    this.#error = error
    this.#walk = walk
    this.#pack = pack
  }

  addCommon(known: ReadonlySet<string>): void {
    const { message, stack, cause, code, errors } = this.#error as Error & { code?: unknown; errors?: unknown }
    this.packed.message = String(message)
    if (typeof stack === 'string') this.packed.stack = stack
    const members = this.membersOf(this.#error, known)
    // Some errors have their code from their prototype, and who classifies an error reads it.
    const told = known.has('code') || 'code' in members
    if (!told && (typeof code === 'string' || typeof code === 'number')) members.code = this.#part('code', code)
    if (Object.keys(members).length > 0) this.packed.members = members
    if (Array.isArray(errors) && !('errors' in members)) this.packed.errors = this.#itemsOf(errors)
    if (isError(cause)) this.packed.cause = this.#part('cause', cause)
    else if (Object.hasOwn(this.#error, 'cause')) this.add('cause', cause)
  }

  /** Adds a part of the error unless it cannot be carried. */
  add(name: string, value: unknown): void {
    this.#walk.attempt(() => {
      this.packed[name] = this.#part(name, value)
    })
  }

  membersOf(source: object, known: ReadonlySet<string>): Record<string, unknown> {
    const members: Record<string, unknown> = {}
    for (const key of Object.keys(source)) {
      if (known.has(key)) continue
      this.#walk.attempt(() => setOwn(members, key, this.#part(key, (source as Record<string, unknown>)[key])))
    }
    return members
  }

  #itemsOf(items: readonly unknown[]): unknown[] {
    const packed: unknown[] = []
    for (const [index, item] of items.entries()) this.#walk.attempt(() => packed.push(this.#part(index, item)))
    return packed
  }

  #part(name: string | number, value: unknown): unknown {
    this.#walk.parts.push(name)
    const packed = this.#pack(value, this.#walk)
    this.#walk.parts.pop()
    return packed
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
