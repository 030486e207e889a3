const longest = 120
const plainName = /^[A-Za-z_$][\w$]*$/

/** Where a value lies within another, as one would write it: `lines[3].owner`; the value itself is `(root)`. */
export function valuePath(parts: readonly (string | number)[]): string {
  let path = ''
  for (const part of parts) {
    if (typeof part === 'number') path += `[${part}]`
    else if (!plainName.test(part)) path += `[${JSON.stringify(part)}]`
    else path += path === '' ? part : `.${part}`
    if (path.length > longest) return `${path.slice(0, longest)}…`
  }
  return path === '' ? '(root)' : path
}
