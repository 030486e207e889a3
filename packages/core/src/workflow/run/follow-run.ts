import { isEnded, type Head, type RunRef, shown } from '../../ports/index.js'
import type { History } from '../journal/index.js'
import type { Engine } from './engine.js'
import { runFailure } from './failures.js'
import type { LiveRun } from './live-run.js'
import { Pause } from './pause.js'
import type { RunEvent } from './run-events.js'
import type { FeedReader } from './run-feed.js'
import type { AnyResult } from './run-result.js'

/** Where what happens in a run is to be learnt. */
export interface Followed {
  /** The run, where it is carried out here. */
  live(): LiveRun | undefined
  head(): Promise<Head>
  history(): Promise<History>
  result(history: History): Promise<AnyResult>
}

/** What happens in a run, after the event of a number: from its records, and while it is carried out here as it happens. */
export async function* followRun(
  engine: Engine,
  ref: RunRef,
  run: Followed,
  { after = 0, signal: given }: { readonly after?: number; readonly signal?: AbortSignal },
  left: AbortSignal,
): AsyncGenerator<RunEvent> {
  let last = after
  const signal = given === undefined ? left : AbortSignal.any([given, left])
  const pause = new Pause(engine.clock, signal)
  let reader: FeedReader | undefined
  const leave = () => reader?.close()
  signal.addEventListener('abort', leave)
  // Whoever watches is there before its first step begins.
  using _entering = engine.onEntered(ref, (live) => {
    reader ??= live.read()
    pause.wake()
  })
  try {
    for (;;) {
      if (left.aborted) return
      given?.throwIfAborted()
      reader ??= run.live()?.read()
      run.live()?.journal.flush()
      const history = await run.history()
      for (const event of engine.stored.events(history, last)) {
        last = event.seq
        yield event
      }
      if (isEnded(history.head.status)) {
        const seq = engine.stored.events(history, 0).length + 1
        // Whoever has seen its end is told nothing more.
        if (last < seq) yield { type: 'run.finished', seq, result: await run.result(history) }
        return
      }
      for (let event = await reader?.next(); event !== undefined; event = await reader?.next()) {
        if (event.seq !== undefined && event.seq <= last) continue
        last = event.seq ?? last
        yield event
        if (event.type === 'run.finished') return
      }
      reader?.close()
      reader = undefined
      if (engine.isClosing && run.live() === undefined) return
      while (!signal.aborted && !engine.isClosing && run.live() === undefined) {
        await pause.untilLooked(Number.POSITIVE_INFINITY)
        if (signal.aborted || (await mayHaveNews(run, history.head))) break
      }
    }
  } finally {
    leave()
    signal.removeEventListener('abort', leave)
    pause.end()
  }
}

/** Whether more may be recorded of a run than when it stood so: whoever takes it in to go on with it raises its token. */
async function mayHaveNews(run: Followed, { status, ref, token }: Head): Promise<boolean> {
  if (status === 'running') return true
  const head = await run.head()
  return head.ref !== ref || head.token !== token
}

/** Throws for what is no number of an event. */
export function checkNumber(after: unknown): void {
  if (Number.isInteger(after) && (after as number) >= 0) return
  throw runFailure('workflow.invalid_option', {
    option: 'after',
    received: shown(after),
    expected: 'the seq of an event, a whole number from 0',
  })
}
