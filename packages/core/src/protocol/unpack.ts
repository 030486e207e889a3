import { tagPrefix } from './pack.js'
import { fromBase64, typedFromBase64 } from './typed-bytes.js'
import { unpackError, unpackFailure } from './unpack-error.js'
import type { Unpack, UnpackWalk } from './unpack-walk.js'

/** Digits that are read in no time; longer numbers are written in hexadecimal. */
const bigintForm = /^(-?)([0-9]{1,320}|0x[0-9a-f]+)$/
const numbers = new Map<unknown, number>([
  ['-0', -0],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

const tags = new Map<string, Unpack>([
  ['~undefined', (content, walk) => (content === true ? undefined : refuse(content, 'true', walk))],
  ['~number', (content, walk) => numbers.get(content) ?? refuse(content, 'NaN, an infinity or -0', walk)],
  ['~bigint', unpackBigint],
  ['~date', unpackDate],
  ['~data', (content, walk) => walk.members(walk.object(content))],
  ['~bare', (content, walk) => Object.setPrototypeOf(walk.members(walk.object(content)), null)],
  ['~sparse', unpackSparse],
  ['~set', (content, walk) => new Set(walk.items(content))],
  ['~map', (content, walk) => new Map(walk.array(content).map((entry, index) => unpackEntry(entry, index, walk)))],
  ['~bytes', (content, walk) => fromBase64(content) ?? refuse(content, 'base64', walk)],
  ['~buffer', (content, walk) => fromBase64(content)?.buffer ?? refuse(content, 'base64', walk)],
  ['~typed', unpackTyped],
  ['~error', unpackError],
  ['~failure', unpackFailure],
])

/** Turns JSON's words and the tags of `pack` back into the value. */
export function unpack(packed: unknown, walk: UnpackWalk): unknown {
  if (typeof packed !== 'object' || packed === null) return packed
  if (Array.isArray(packed)) return walk.items(packed)
  const keys = Object.keys(packed)
  const tag = keys[0]
  if (keys.length !== 1 || tag === undefined || !tag.startsWith(tagPrefix)) return walk.members(packed)
  const read = tags.get(tag)
  if (read === undefined) throw walk.malformed(tag, `one of the tags ${[...tags.keys()].join(', ')}`)
  return walk.within(tag, () => read((packed as Record<string, unknown>)[tag], walk))
}

function unpackBigint(content: unknown, walk: UnpackWalk): bigint {
  const [, sign, digits] = typeof content === 'string' ? (bigintForm.exec(content) ?? []) : []
  if (digits === undefined) throw walk.malformed(content, 'the digits of a whole number')
  return sign === '-' ? -BigInt(digits) : BigInt(digits)
}

function unpackDate(content: unknown, walk: UnpackWalk): Date {
  if (content === null) return new Date(Number.NaN)
  const date = new Date(typeof content === 'string' ? content : Number.NaN)
  if (Number.isNaN(date.getTime()) || date.toISOString() !== content) throw walk.malformed(content, 'an ISO 8601 time')
  return date
}

function unpackEntry(entry: unknown, index: number, walk: UnpackWalk): [unknown, unknown] {
  return walk.within(index, () => walk.items(walk.array(entry, 2)) as [unknown, unknown])
}

function unpackSparse(content: unknown, walk: UnpackWalk): unknown[] {
  const [length, entries] = walk.array(content, 2)
  if (!isBelow(length, walk.longestSparse + 1) || !walk.mayEmpty(length)) {
    throw walk.malformed(length, `lengths up to ${walk.longestSparse}, all together`)
  }
  const array: unknown[] = []
  array.length = length
  for (const [position, entry] of walk.array(entries).entries()) {
    const [index, item] = unpackEntry(entry, position, walk)
    if (!isBelow(index, length)) throw walk.malformed(index, `an index below ${length}`)
    array[index] = item
  }
  return array
}

function unpackTyped(content: unknown, walk: UnpackWalk): ArrayBufferView {
  const [name, text] = walk.array(content, 2)
  const array = typedFromBase64(name, text)
  if (array === undefined) throw walk.malformed(name, 'the name of a typed array, with base64 of its elements')
  return array
}

function isBelow(value: unknown, bound: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < bound
}

function refuse(content: unknown, expected: string, walk: UnpackWalk): never {
  throw walk.malformed(content, expected)
}
