import { codecFailure } from './codec-failure.js'
import { isPlainNumber } from './is-plain-json.js'
import { setOwn } from './own-member.js'
import { packError } from './pack-error.js'
import type { PackWalk } from './pack-walk.js'
import { shown } from './shown.js'
import { toBase64, typedArrayNames, typedToBase64 } from './typed-bytes.js'
import { valueKind } from './value-kind.js'

/** What marks a tag: an object with one member, whose name begins with this, stands for what JSON has no word for. */
export const tagPrefix = '~'

/** Below this, decimal digits are short enough to be read back in no time; above, that takes quadratically long. */
const decimalBelow = 2n ** 1024n

/** A value in JSON's words: what JSON cannot say is said by tags. Throws for what cannot be carried, naming its path. */
export function pack(value: unknown, walk: PackWalk): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return isPlainNumber(value) ? value : { '~number': Object.is(value, -0) ? '-0' : String(value) }
    case 'undefined':
      return { '~undefined': true }
    case 'bigint':
      return { '~bigint': bigintText(value) }
    case 'object':
      return value === null ? null : packObject(value, walk)
    case 'function':
      throw unsupported(value, walk, 'what it returns, or leave it out')
    default:
      throw unsupported(value, walk, 'a string')
  }
}

/** The own enumerable members of an object, each packed. */
export function packMembers(value: object, walk: PackWalk): Record<string, unknown> {
  const packed: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    walk.parts.push(key)
    const member = pack((value as Record<string, unknown>)[key], walk)
    // Assigning is quicker, and safe where no prototype has that name.
    if (key in packed) setOwn(packed, key, member)
    else packed[key] = member
    walk.parts.pop()
  }
  return packed
}

function packObject(value: object, walk: PackWalk): unknown {
  walk.enter(value)
  const packed = packKind(value, walk)
  walk.leave()
  return packed
}

function packKind(value: object, walk: PackWalk): unknown {
  switch (valueKind(value)) {
    case 'object': {
      const packed = packMembers(value, walk)
      return looksTagged(packed) ? { '~data': packed } : packed
    }
    case 'bare':
      return { '~bare': packMembers(value, walk) }
    case 'array':
      return packArray(value as unknown[], walk)
    case 'map':
      return { '~map': packEntries(value as Map<unknown, unknown>, walk) }
    case 'set':
      return { '~set': packItems([...Set.prototype.values.call(value)], walk) }
    case 'date': {
      const time = Date.prototype.getTime.call(value)
      return { '~date': Number.isNaN(time) ? null : new Date(time).toISOString() }
    }
    case 'error':
      return packError(value as Error, walk, pack)
    case 'buffer':
      return { '~buffer': toBase64(value as ArrayBuffer) }
    case 'bytes':
      return packBytes(value as ArrayBufferView, walk)
    default:
      throw unsupported(value, walk, insteadOf(value))
  }
}

/** Whether an object would be taken for a tag, so that it has to be wrapped in one. */
function looksTagged(packed: object): boolean {
  for (const key in packed) return key.startsWith(tagPrefix) && Object.keys(packed).length === 1
  return false
}

function packArray(array: readonly unknown[], walk: PackWalk): unknown {
  const keys = Object.keys(array)
  const last = keys.at(-1)
  // Elements come first, in order, so that another member, if there is one, is the last key.
  if (last !== undefined && !isIndex(last)) {
    walk.parts.push(last)
    throw unsupported(array, walk, 'a plain object that holds the array beside its other members')
  }
  if (keys.length === array.length) return packItems(array, walk)
  const items = keys.map((key) => [Number(key), packItem(array, Number(key), walk)])
  return { '~sparse': [array.length, items] }
}

function isIndex(key: string): boolean {
  const index = Number(key)
  return index >>> 0 === index && String(index) === key && index !== 0xffff_ffff
}

function packItems(items: readonly unknown[], walk: PackWalk): unknown[] {
  const packed: unknown[] = []
  for (let index = 0; index < items.length; index++) packed.push(packItem(items, index, walk))
  return packed
}

function packItem(items: readonly unknown[], index: number, walk: PackWalk): unknown {
  walk.parts.push(index)
  const packed = pack(items[index], walk)
  walk.parts.pop()
  return packed
}

function packEntries(map: Map<unknown, unknown>, walk: PackWalk): unknown[] {
  return [...Map.prototype.entries.call(map)].map(([key, value], index) => {
    walk.parts.push(index, 'key')
    const packedKey = pack(key, walk)
    walk.parts.pop()
    walk.parts.push('value')
    const packedValue = pack(value, walk)
    walk.parts.length -= 2
    return [packedKey, packedValue]
  })
}

function packBytes(view: ArrayBufferView, walk: PackWalk): unknown {
  const name = Object.prototype.toString.call(view).slice(8, -1)
  if (name === 'Uint8Array') return { '~bytes': toBase64(view) }
  if (typedArrayNames.includes(name)) return { '~typed': [name, typedToBase64(view, name)] }
  throw unsupported(view, walk, `one of ${typedArrayNames.join(', ')}`)
}

function bigintText(value: bigint): string {
  if (value > -decimalBelow && value < decimalBelow) return String(value)
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`
}

function unsupported(value: unknown, walk: PackWalk, instead: string): Error {
  return codecFailure('codec.unsupported_value', { path: walk.path, received: shown(value), instead })
}

function insteadOf(value: object): string {
  if (typeof (value as { then?: unknown }).then === 'function') return 'what it resolves to: await it first'
  return 'a plain object of its data, for instance `{ ...value }`, or a text that it can be made from again'
}
