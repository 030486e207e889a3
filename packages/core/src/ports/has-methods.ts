/** A check whether something has these methods: for what a host hands in whose types nobody here knows. */
export function hasMethods(...names: readonly string[]): (value: unknown) => boolean {
  return (value) =>
    names.every((name) => typeof (value as Record<string, unknown> | undefined | null)?.[name] === 'function')
}
