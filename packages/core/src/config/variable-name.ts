/** The words of a name in code, as environment variables write them: `agentTimeoutMs` is `AGENT_TIMEOUT_MS`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toUpperCase()
}

/** The variable of a setting that names none itself: `<SECTION>_<FIELD>`, without `_MS` where it has another unit. */
export function usualVariable(section: string, path: readonly string[], unit?: string): string {
  const name = [section, ...path].map(snakeCase).filter(Boolean).join('_')
  // `TIMEOUT_MS=5` must not mean five seconds.
  return unit === undefined || unit === 'ms' ? name : name.replace(/_MS$/, '')
}

/** Whether a schema may name a variable so. */
export function isVariableName(name: unknown): name is string {
  return typeof name === 'string' && /^[A-Z][A-Z0-9_]*$/.test(name)
}
