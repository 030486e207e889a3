import { isFailure, maskSecrets } from '../../ports/index.js'
import type { RunEvent } from './run-events.js'

/**
 * The events of a run as the body of a response of the type `text/event-stream`. Recorded events carry their number as `id`,
 * which a browser sends back as `Last-Event-ID` when it connects again: give it as `after`. Who reads slowly is waited for.
 */
export function toServerSentEvents(events: AsyncIterable<RunEvent>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const iterator = events[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) return controller.close()
      controller.enqueue(encoder.encode(textOf(value)))
    },
    // Whoever leaves is not told any more; the run goes on.
    async cancel() {
      await iterator.return?.()
    },
  })
}

function textOf(event: RunEvent): string {
  const id = event.seq === undefined ? '' : `id: ${event.seq}\n`
  // What leaves the process tells neither where code stands nor what is secret. Line ends are escaped within JSON.
  const data = JSON.stringify(event, (_key, value: unknown) => (isFailure(value) ? value.toJSON() : plain(value)))
  return `${id}event: ${event.type}\ndata: ${data}\n\n`
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return value instanceof Error ? maskSecrets({ name: value.name, message: value.message }) : value
}
