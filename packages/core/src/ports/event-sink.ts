import { type LifecycleEventName, type LifecycleEvents, token } from '../protocol/index.js'

/** Where rooms tell what happened. Whoever tells asks `observed` first, so that an unobserved event costs a branch. */
export interface EventSink {
  /** Whether anyone listens at all. It may change at any time. */
  readonly observed: boolean
  /**
   * Tells, at once, every listener of this event and then every listener of all events, in the order in which they
   * began to listen. The sink adds the time.
   *
   * - Who stops to listen meanwhile is not told any more; whether who begins meanwhile is told is open. The others are told
   *   as ever.
   * - It never throws: a listener that throws or rejects harms nobody else, and is reported as `listener.failed`, unless
   *   that is the event it failed at.
   */
  emit<Name extends LifecycleEventName>(type: Name, details: LifecycleEvents[Name]): void
}

export const eventSink = token<EventSink>('baton.event-sink')
