import mittModule, { type Emitter } from 'mitt'
import type { EventSink, LifecycleEvent, LifecycleEventName, LifecycleEvents } from '../ports/index.js'

/** Is told of an event. What it throws or rejects with harms nobody. */
export type Listener<Event> = (event: Event) => void | Promise<void>

export interface EventEmitterDeps {
  now(): number
  /** Is told of a listener that failed when nobody listens for `listener.failed`. */
  report(event: string, failure: unknown): void
}

type Table = { [Name in LifecycleEventName]: LifecycleEvent<Name> }

// mitt's declarations describe its ES module as if it were CommonJS.
const mitt = mittModule as unknown as () => Emitter<Table>

/** Tells listeners what happens. A listener that throws or rejects harms neither the others nor the one who tells. */
export class EventEmitter implements EventSink {
  readonly #emitter = mitt()
  readonly #deps: EventEmitterDeps
  #listeners = 0

  constructor(deps: EventEmitterDeps) {
    this.#deps = deps
  }

  get observed(): boolean {
    return this.#listeners > 0
  }

  /** Listens for one event, or with `*` for all, until what it returns is disposed. */
  on<Name extends LifecycleEventName>(type: Name | '*', listener: Listener<LifecycleEvent<Name>>): Disposable {
    let listening = true
    const guarded = (event: LifecycleEvent) => {
      // mitt goes on telling who was removed while it was telling.
      if (listening) this.#tell(event, listener as unknown as Listener<LifecycleEvent>)
    }
    const handler = type === '*' ? (_: unknown, event: LifecycleEvent) => guarded(event) : guarded
    this.#emitter.on(type as '*', handler as never)
    this.#listeners++
    return {
      [Symbol.dispose]: () => {
        if (!listening) return
        listening = false
        this.#listeners--
        this.#emitter.off(type as '*', handler as never)
      },
    }
  }

  emit<Name extends LifecycleEventName>(type: Name, details: LifecycleEvents[Name]): void {
    if (this.#listeners === 0) return
    this.#emitter.emit(type, { type, at: this.#deps.now(), ...details } as Table[Name])
  }

  #tell(event: LifecycleEvent, listener: Listener<LifecycleEvent>): void {
    try {
      const result = listener(event)
      if (result instanceof Promise || typeof (result as PromiseLike<void> | undefined)?.then === 'function') {
        void Promise.resolve(result).catch((error: unknown) => this.#failed(event, error))
      }
    } catch (error) {
      this.#failed(event, error)
    }
  }

  #failed(event: LifecycleEvent, failure: unknown): void {
    // A listener of `listener.failed` that fails itself must not be told of that, or it would never end.
    if (event.type === 'listener.failed' || !this.#isHeard('listener.failed')) {
      this.#report(event.type, failure)
    } else {
      this.emit('listener.failed', { event: event.type, failure })
    }
  }

  #report(event: string, failure: unknown): void {
    try {
      this.#deps.report(event, failure)
    } catch {
      // A log that fails is no reason for whoever told of the event to fail as well.
    }
  }

  #isHeard(type: LifecycleEventName): boolean {
    const heard = this.#emitter.all
    return (heard.get(type)?.length ?? 0) + (heard.get('*')?.length ?? 0) > 0
  }
}
