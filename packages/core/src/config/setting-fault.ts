/** What is wrong with one setting, in texts that hold no secret. */
export interface SettingFault {
  /** The environment variable, or where the setting stands in code: `settings.dispatch.agentTimeoutMs`. */
  readonly name: string
  /** What was given, masked where it is secret. */
  readonly received: string
  /** The unit in which the variable (or the code) states it. */
  readonly unit?: string | undefined
  readonly allowed?: string | undefined
  readonly because?: string | undefined
}

/** A fault as one line for a person. */
export function faultLine({ name, received, allowed, because }: SettingFault): string {
  const parts = [`${name} is ${received}`]
  if (allowed) parts.push(`allowed is ${allowed}`)
  if (because) parts.push(because)
  const line = parts.join('; ')
  return /[.?!]$/.test(line) ? line : `${line}.`
}
