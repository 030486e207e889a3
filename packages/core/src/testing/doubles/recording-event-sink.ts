import type { Clock, EventSink, LifecycleEvent, LifecycleEventName, LifecycleEvents } from '../../ports/index.js'
import { ManualClock } from './manual-clock.js'

type Listener = (event: LifecycleEvent) => void | Promise<void>

interface Listening {
  readonly type: LifecycleEventName | '*'
  readonly listener: Listener
}

/** An event sink that keeps what it is told, for a part that is tested without an orchestrator. */
export class RecordingEventSink implements EventSink {
  /** What happened so far, in order. Failures of listeners are among it. */
  readonly events: LifecycleEvent[] = []
  readonly #clock: Pick<Clock, 'now'>
  #listening: readonly Listening[] = []

  constructor({ clock = new ManualClock() }: { readonly clock?: Pick<Clock, 'now'> } = {}) {
    this.#clock = clock
  }

  /** Always, as it keeps everything: whoever asks first tells all. */
  get observed(): boolean {
    return true
  }

  /** How many listen beside it. */
  get listeners(): number {
    return this.#listening.length
  }

  /** What happened so far of one kind. */
  of<Name extends LifecycleEventName>(type: Name): readonly LifecycleEvent<Name>[] {
    return this.events.filter((event) => event.type === type) as unknown as readonly LifecycleEvent<Name>[]
  }

  /** Listens for one event, or with `*` for all, until what it returns is disposed. */
  on(type: LifecycleEventName | '*', listener: Listener): Disposable {
    const own = { type, listener }
    this.#listening = [...this.#listening, own]
    return {
      [Symbol.dispose]: () => {
        this.#listening = this.#listening.filter((one) => one !== own)
      },
    }
  }

  emit<Name extends LifecycleEventName>(type: Name, details: LifecycleEvents[Name]): void {
    const event = { type, at: this.#clock.now(), ...details } as unknown as LifecycleEvent
    this.events.push(event)
    const now = this.#listening
    for (const wanted of [type, '*']) {
      for (const one of now) if (one.type === wanted && this.#listening.includes(one)) this.#tell(one, event)
    }
  }

  #tell({ listener }: Listening, event: LifecycleEvent): void {
    const failed = (failure: unknown) => {
      // A listener of failures that fails itself would otherwise be told for ever.
      if (event.type !== 'listener.failed') this.emit('listener.failed', { event: event.type, failure })
    }
    try {
      void Promise.resolve(listener(event)).catch(failed)
    } catch (error) {
      failed(error)
    }
  }
}
