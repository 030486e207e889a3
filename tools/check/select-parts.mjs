/** @typedef {import('./parts.mjs').Part} Part */

/**
 * The parts with the given names, together with those they need; all of them when no name is given.
 *
 * @param {readonly Part[]} parts
 * @param {readonly string[]} names
 * @returns {{ selected: Part[], unknown: string[] }}
 */
export function selectParts(parts, names) {
  const unknown = names.filter((name) => !parts.some((part) => part.name === name))
  const wanted = new Set(names.length > 0 ? names : parts.map(({ name }) => name))
  for (const { name, needs = [] } of parts.toReversed()) {
    if (wanted.has(name)) for (const needed of needs) wanted.add(needed)
  }
  return { selected: parts.filter(({ name }) => wanted.has(name)), unknown }
}
