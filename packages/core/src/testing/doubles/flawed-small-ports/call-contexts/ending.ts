import type { DispatcherUnderTest } from '../../../contracts/dispatcher-contract.js'
import type { FlawedDouble } from '../../flawed-double.js'
import { altered, flawed } from './flawed.js'

const notAborted = 'the signal is not aborted while somebody waits'
const aborts = "the signal aborts when the caller's does, with its reason"
const late = 'the signal aborts when the time is up, its reason being the failure'
const firstRead = 'a signal that is first read when nobody waits any more has aborted, with the reason'
const takenOff = 'members may be taken off it by name, and work'
const counts = 'remainingMs counts down to 0, and stays there'
const untilDeadline = 'remainingMs is the time until the deadline, whoever set it'
const endless = 'remainingMs is Infinity when there is no deadline'
const callersTimeout = "what is asked ends by the timeout of the request's caller too"
const cancels = 'who cancels a call cancels what it asked, with the same reason'
const ownTimeout = 'ask ends with call.timed_out when the timeout it was given has passed, and the call goes on'
const ownSignal = 'ask ends with call.cancelled when the signal it was given aborts, and the call goes on'
const within = [cancels, ownTimeout, ownSignal]

/** Call contexts whose signal or time is not the call's. */
export const flawedEnding: readonly FlawedDouble<DispatcherUnderTest>[] = [
  altered('the signal has aborted from the start', [notAborted, aborts, late, firstRead, takenOff, ...within], () => ({
    signal: AbortSignal.abort(),
  })),
  altered('the signal never aborts', [aborts, late, firstRead, ...within], () => ({
    signal: new AbortController().signal,
  })),
  altered('the signal is without the reason', [aborts, late, firstRead, cancels], ({ signal }) => {
    const controller = new AbortController()
    signal.addEventListener('abort', () => controller.abort())
    return { signal: controller.signal }
  }),
  altered('lateness is no failure', [late], ({ signal }) => {
    const controller = new AbortController()
    const tell = () => {
      const isLate = (signal.reason as { readonly code?: unknown })?.code === 'call.timed_out'
      controller.abort(isLate ? 'too late' : signal.reason)
    }
    signal.addEventListener('abort', tell)
    return { signal: controller.signal }
  }),
  flawed('a signal that is made too late does not abort', [firstRead], (own) => {
    const context = own.context.bind(own)
    return {
      context: (message, signal, leftMs) => {
        let made: AbortSignal | undefined
        const get = () => {
          made ??= signal.aborted ? new AbortController().signal : signal
          return made
        }
        return Object.defineProperty(context(message, signal, leftMs), 'signal', { get })
      },
    }
  }),
  altered('what is left stays the same', [counts], ({ remainingMs }) => {
    const left = remainingMs()
    return { remainingMs: () => left }
  }),
  flawed('what is left goes below 0', [counts], (own) => ({
    remaining: ({ dueAt }) => dueAt - own.clock.monotonic(),
  })),
  altered('there is always time', [counts, untilDeadline, callersTimeout], () => ({
    remainingMs: () => Number.POSITIVE_INFINITY,
  })),
  altered("the caller's timeout does not count", [counts, untilDeadline], ({ message, now }) => ({
    remainingMs: () => Math.max(0, (message.deadline ?? Number.POSITIVE_INFINITY) - now()),
  })),
  altered('what is endless is very long', [endless], ({ remainingMs }) => ({
    remainingMs: () => Math.min(remainingMs(), 86_400_000),
  })),
]
