/** A text as 32 bits, evenly spread: FNV-1a, and then the finish of MurmurHash3. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return mixed(hash)
}

/** A number between 0 and 1, neither of them, that is the same for the same two hashes. */
export function evenShare(one: number, other: number): number {
  return (mixed(one ^ other) + 0.5) / 4_294_967_296
}

function mixed(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
