/** No name of ours is as long: what is longer is not a slip of the pen. */
const longest = 120

/** The name that was probably meant: the one with the fewest slips between them, if they are few. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > longest) return undefined
  let nearest: string | undefined
  let fewest = slipsAllowed(name.length) + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= fewest) continue
    const slips = slipsBetween(name.toLowerCase(), candidate.toLowerCase())
    if (slips < fewest) [nearest, fewest] = [candidate, slips]
  }
  return nearest
}

/** In a short name two slips would be another name; in the shortest, one. */
function slipsAllowed(length: number): number {
  if (length <= 2) return 0
  return length <= 4 ? 1 : Math.max(2, Math.floor(length / 4))
}

/** How many letters were left out, added, replaced, or swapped with their neighbour. */
function slipsBetween(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(beforeLast, j - 2) + 1 : replaced
      row[j] = Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced, swapped)
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
