/** The variables of this process, as they are now. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env
}
