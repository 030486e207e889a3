import type { AgentMessage } from './message.js'

/** Which run of which workflow. */
interface OfRun {
  readonly runId: string
  readonly workflow: string
  readonly tenant: string | undefined
}

/** Which step of it: for one within others the names of all of them, `outer/inner`. */
interface OfStep extends OfRun {
  readonly step: string
}

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
    /** How often an agent was tried. */
    readonly attempts: number
    /** How much of the time it waited: for a slot, for a rate, between tries. */
    readonly waitedMs: number
  }
  /** A try failed, and another one follows: the one of this number, after so long. */
  'call.retried': {
    readonly message: AgentMessage
    readonly attempt: number
    readonly delayMs: number
    readonly failure: unknown
  }
  /** A try takes long, and another one was begun beside it. */
  'call.hedged': { readonly message: AgentMessage; readonly attempt: number }
  /** A policy gave up, and something else answers. */
  'call.fell_back': { readonly message: AgentMessage; readonly failure: unknown }
  /** Calls are refused for so long. */
  'circuit.opened': { readonly circuit: string; readonly because: string; readonly breakMs: number }
  'circuit.half_opened': { readonly circuit: string }
  'circuit.closed': { readonly circuit: string }
  'circuit.isolated': { readonly circuit: string }
  /** The other side asked to be left alone for so long. */
  'rate.paused': { readonly limiter: string; readonly pauseMs: number }
  'budget.exceeded': { readonly message: AgentMessage; readonly limit: string; readonly failure: unknown }
  /** A run is under way in this process: new, or taken up where another process, or a wait, had left it. */
  'run.started': OfRun & { readonly isResumed: boolean }
  'run.transitioned': OfRun & { readonly from: string; readonly to: string; readonly trigger: string }
  /** A run is not under way here any more: it has ended, waits, needs attention, or goes on elsewhere (`running`). */
  'run.finished': OfRun & { readonly status: string; readonly ms: number; readonly failure?: unknown }
  'step.started': OfStep & { readonly agent: string | undefined; readonly operation: string | undefined }
  'step.finished': OfStep & {
    readonly outcome: 'succeeded' | 'failed' | 'cancelled'
    readonly ms: number
    /** How much of the time it waited: for a slot, for a rate, between tries. */
    readonly waitedMs: number
    readonly failure?: unknown
  }
  'step.skipped': OfStep & { readonly because: string }
  'member.joined': { readonly pool: string; readonly member: string }
  'member.left': { readonly pool: string; readonly member: string }
  /** A member of a pool is not chosen for so long, unless no other can serve. */
  'member.ejected': {
    readonly pool: string
    readonly member: string
    readonly because: string
    readonly ejectedMs: number
  }
  'member.restored': { readonly pool: string; readonly member: string }
  /** A message was not delivered, or its handler gave up on it. */
  'message.dead': { readonly message: AgentMessage; readonly reason: string; readonly failure?: unknown }
  'handler.failed': { readonly message: AgentMessage; readonly subscription: string; readonly failure: unknown }
  'listener.failed': { readonly event: string; readonly failure: unknown }
}

export type LifecycleEventName = keyof LifecycleEvents

/** One thing that happened: its name, when (milliseconds since 1970), and its details. */
export type LifecycleEvent<Name extends LifecycleEventName = LifecycleEventName> = {
  [N in Name]: { readonly type: N; readonly at: number } & LifecycleEvents[N]
}[Name]
