import type { AgentMessage } from './message.js'

/** What happens in an orchestrator, by name (`noun.past`), with what is told about it. */
export interface LifecycleEvents {
  'orchestrator.started': { readonly ms: number }
  'orchestrator.closing': { readonly inFlight: number }
  'orchestrator.closed': { readonly ms: number; readonly abandoned: number }
  'plugin.started': { readonly plugin: string; readonly ms: number }
  'plugin.stopped': { readonly plugin: string; readonly ms: number; readonly failure?: unknown }
  'call.started': { readonly message: AgentMessage }
  'call.progressed': { readonly message: AgentMessage; readonly data: unknown }
  'call.finished': {
    readonly message: AgentMessage
    readonly ms: number
    readonly outcome: 'succeeded' | 'failed' | 'cancelled'
    readonly failure?: unknown
  }
  'listener.failed': { readonly event: string; readonly failure: unknown }
}

export type LifecycleEventName = keyof LifecycleEvents

/** One thing that happened: its name, when (milliseconds since 1970), and its details. */
export type LifecycleEvent<Name extends LifecycleEventName = LifecycleEventName> = {
  [N in Name]: { readonly type: N; readonly at: number } & LifecycleEvents[N]
}[Name]
