import { nearestName, shown } from '../ports/index.js'
import type { Environment } from './config.js'
import type { SettingFault } from './setting-fault.js'

/** The variables that start with the prefix and that no setting is read from. Their values are none of our business. */
export function unknownVariables(env: Environment, prefix: string, known: ReadonlySet<string>): SettingFault[] {
  const names = Object.keys(env).filter(
    (name) => name.startsWith(prefix) && env[name] !== undefined && !known.has(name),
  )
  const bare = [...known].map((name) => name.slice(prefix.length))
  return names.sort().map((name) => {
    const nearest = nearestName(name.slice(prefix.length), bare)
    return {
      name: /^\w{1,120}$/.test(name) ? name : shown(name),
      received: 'not known',
      ...(nearest !== undefined && { because: `did you mean ${prefix}${nearest}?` }),
    }
  })
}
