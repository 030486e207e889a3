const kinds = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
}

const littleEndianHost = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** The names of the typed arrays that the codec carries. */
export const typedArrayNames: readonly string[] = Object.keys(kinds)

/** Bytes as base64. */
export function toBase64(bytes: ArrayBuffer | ArrayBufferView): string {
  const view = ArrayBuffer.isView(bytes)
  const buffer = view
    ? Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)
    : Buffer.from(bytes)
  return buffer.toString('base64')
}

/** The bytes that a base64 text stands for, or undefined if it is not exactly what `toBase64` writes. */
export function fromBase64(text: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof text !== 'string') return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined
}

/** The elements of a typed array as base64, each with its lowest byte first on every machine. */
export function typedToBase64(array: ArrayBufferView, name: string): string {
  const bytes = new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength)
  return toBase64(lowestFirst(bytes, elementBytes(name)))
}

/** The typed array of this name that a base64 text stands for, or undefined if there is none. */
export function typedFromBase64(name: unknown, text: unknown): ArrayBufferView | undefined {
  const bytes = fromBase64(text)
  if (bytes === undefined || typeof name !== 'string' || !Object.hasOwn(kinds, name)) return undefined
  const size = elementBytes(name)
  if (bytes.length % size !== 0) return undefined
  return new kinds[name as keyof typeof kinds](lowestFirst(bytes, size).buffer)
}

/** Turns elements between this machine's order of bytes and lowest first; it is its own inverse. */
export function lowestFirst(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
  reversed = !littleEndianHost,
): Uint8Array<ArrayBuffer> {
  if (!reversed || size === 1) return bytes
  const copy = bytes.slice()
  for (let start = 0; start < copy.length; start += size) copy.subarray(start, start + size).reverse()
  return copy
}

function elementBytes(name: string): number {
  return kinds[name as keyof typeof kinds].BYTES_PER_ELEMENT
}
