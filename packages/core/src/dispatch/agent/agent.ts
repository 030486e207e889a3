import { type Checked, type Operations, takeIn } from './agent-definition.js'

/** Defines an agent: its name and its operations. What it returns are the operations, ready to be asked for. */
export function agent<const Name extends string, Ops extends Operations>(
  name: Name,
  operations: Ops & Checked<Ops>,
): Readonly<Ops> {
  return takeIn(name, operations as Operations, undefined) as Readonly<Ops>
}
