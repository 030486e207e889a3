import type { EventSink, LifecycleEvent, LifecycleEventName, LifecycleEvents } from '../../../ports/index.js'
import type { EventSinkUnderTest } from '../../contracts/event-sink-contract.js'
import type { FlawedDouble } from '../flawed-double.js'

type Type = LifecycleEventName | '*'
type Listener = Parameters<EventSinkUnderTest['listen']>[1]

interface Listening {
  readonly type: Type
  readonly listener: Listener
}

/** Without flaw; each part of what it does can be replaced by a flawed one. */
class PlainSink implements EventSink {
  readonly listening: Listening[] = []

  get observed(): boolean {
    return this.listening.length > 0
  }

  listen(type: Type, listener: Listener): Disposable {
    const own = { type, listener }
    this.listening.push(own)
    return { [Symbol.dispose]: () => this.stop(own) }
  }

  stop(own: Listening): void {
    const index = this.listening.indexOf(own)
    if (index >= 0) this.listening.splice(index, 1)
  }

  emit<Name extends LifecycleEventName>(type: Name, details: LifecycleEvents[Name]): void {
    this.tellAll({ type, at: 1, ...details } as unknown as LifecycleEvent)
  }

  tellAll(event: LifecycleEvent): void {
    for (const one of this.wanting(event)) if (this.listening.includes(one)) this.tell(one, event)
  }

  wanting({ type }: LifecycleEvent): readonly Listening[] {
    return [type, '*'].flatMap((wanted) => this.listening.filter((one) => one.type === wanted))
  }

  tell({ listener }: Listening, event: LifecycleEvent): unknown {
    try {
      const result = listener(event)
      if (result instanceof Promise) result.catch((failure: unknown) => this.rejected(event, failure))
      return result
    } catch (failure) {
      this.thrown(event, failure)
      return undefined
    }
  }

  thrown(event: LifecycleEvent, failure: unknown): void {
    if (event.type !== 'listener.failed') this.emit('listener.failed', { event: event.type, failure })
  }

  rejected(event: LifecycleEvent, failure: unknown): void {
    this.thrown(event, failure)
  }
}

class AlwaysObserved extends PlainSink {
  override get observed(): boolean {
    return true
  }
}

class Timeless extends PlainSink {
  override tellAll(event: LifecycleEvent): void {
    super.tellAll({ ...event, at: Number.NaN })
  }
}

class Late extends PlainSink {
  override tellAll(event: LifecycleEvent): void {
    void Promise.resolve().then(() => super.tellAll(event))
  }
}

class Indiscreet extends PlainSink {
  override wanting(event: LifecycleEvent): readonly Listening[] {
    const wanting = super.wanting(event)
    return [...wanting, ...this.listening.filter((one) => !wanting.includes(one))]
  }
}

class NewestFirst extends PlainSink {
  override wanting({ type }: LifecycleEvent): readonly Listening[] {
    return [type, '*'].flatMap((wanted) => this.listening.filter((one) => one.type === wanted).toReversed())
  }
}

class ByFunction extends PlainSink {
  override stop({ listener }: Listening): void {
    for (const one of this.listening.filter((other) => other.listener === listener)) super.stop(one)
  }
}

class Skipping extends PlainSink {
  override tellAll(event: LifecycleEvent): void {
    for (const wanted of [event.type, '*']) {
      // Whoever stops to listen meanwhile moves the next one to its place.
      for (let index = 0; index < this.listening.length; index++) {
        const one = this.listening[index]
        if (one?.type === wanted) this.tell(one, event)
      }
    }
  }
}

class Persistent extends PlainSink {
  override tellAll(event: LifecycleEvent): void {
    for (const one of this.wanting(event)) this.tell(one, event)
  }
}

class Fragile extends PlainSink {
  override thrown(_event: LifecycleEvent, failure: unknown): void {
    throw failure
  }

  override rejected(event: LifecycleEvent, failure: unknown): void {
    super.thrown(event, failure)
  }
}

class StoppingAtPromises extends PlainSink {
  override tellAll(event: LifecycleEvent): void {
    for (const one of this.wanting(event)) {
      if (this.listening.includes(one) && this.tell(one, event) instanceof Promise) return
    }
  }
}

class QuietAboutThrown extends PlainSink {
  override thrown(): void {}

  override rejected(event: LifecycleEvent, failure: unknown): void {
    super.thrown(event, failure)
  }
}

class QuietAboutRejected extends PlainSink {
  override rejected(): void {}
}

class Circling extends PlainSink {
  override thrown(event: LifecycleEvent, failure: unknown): void {
    this.emit('listener.failed', { event: event.type, failure })
  }
}

function flawed(name: string, breaks: readonly string[], make: () => PlainSink): FlawedDouble<EventSinkUnderTest> {
  return {
    name,
    breaks,
    open: async () => {
      const sink = make()
      return { port: { sink, listen: (type, listener) => sink.listen(type, listener) }, advance: async () => {} }
    },
  }
}

const atOnce = 'a listener is told at once, with the details and the time'
const only = 'only listeners of the event and those of all events are told'
const order = 'listeners of the event are told first, then those of all, each in the order in which they began'
const until = 'a listener is told until it stops to listen'
const others = 'who begins or stops to listen meanwhile changes nothing for the others'
const stopped = 'who stops to listen meanwhile is not told any more'
const throwing = 'a listener that throws harms neither the others nor the one who tells'
const rejecting = 'a listener that rejects harms nobody'
const throwingReported = 'a listener that throws is reported as listener.failed'
const rejectingReported = 'a listener that rejects is reported as listener.failed'
const circling = 'a listener of listener.failed that fails itself is not reported'

/** Event sinks with one flaw each: the contract has to find every one of them. */
export const flawedEventSinks: readonly FlawedDouble<EventSinkUnderTest>[] = [
  flawed('it is always observed', ['observed tells whether anyone listens'], () => new AlwaysObserved()),
  flawed('the time is no number', [atOnce], () => new Timeless()),
  flawed(
    'it tells later',
    [atOnce, only, order, until, others, throwing, rejecting, throwingReported],
    () => new Late(),
  ),
  flawed('all are told all', [only, throwing, throwingReported, circling], () => new Indiscreet()),
  flawed('who came last is told first', [order, others, stopped], () => new NewestFirst()),
  flawed('one function listens once', [until], () => new ByFunction()),
  flawed('it leaves out the one behind one who stops', [others], () => new Skipping()),
  flawed('it tells also those who stopped meanwhile', [stopped], () => new Persistent()),
  flawed('what a listener throws is thrown', [throwing, throwingReported, circling], () => new Fragile()),
  flawed('it tells nobody behind one who returns a promise', [rejecting], () => new StoppingAtPromises()),
  flawed('nobody hears of what was thrown', [throwingReported, circling], () => new QuietAboutThrown()),
  flawed('nobody hears of rejections', [rejectingReported], () => new QuietAboutRejected()),
  flawed('it goes round in circles', [circling], () => new Circling()),
]
