import type { AgentOptions, Checked, Operations } from './agent-definition.js'
import { takeIn } from './take-in.js'

/** Defines an agent: its name and its operations. What it returns are the operations, ready to be asked for. */
export function agent<const Name extends string, Ops extends Operations>(
  name: Name,
  operations: Ops & Checked<Ops>,
  options?: AgentOptions,
): Readonly<Ops> {
  return takeIn(name, operations as Operations, undefined, options) as Readonly<Ops>
}
