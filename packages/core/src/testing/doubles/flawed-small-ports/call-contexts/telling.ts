import type { CallContext } from '../../../../ports/index.js'
import type { DispatcherUnderTest } from '../../../contracts/dispatcher-contract.js'
import type { FlawedDouble } from '../../flawed-double.js'
import { failed } from '../plain-dispatcher.js'
import { altered } from './flawed.js'

const place = 'attempt, tenant, session, runId and step are those of the message, or undefined'
const takenOff = 'members may be taken off it by name, and work'
const newId = 'newId makes identifiers, and none twice, whichever call it is taken from'
const now = 'now is a time, and goes on'
const progress = 'progress neither throws nor returns anything to wait for, whatever it is given'
const levels = 'log has the levels of a logger, and none throws or returns anything to wait for'
const fieldsAsTheyAre = 'log leaves the fields as they are'
const untilDeadline = 'remainingMs is the time until the deadline, whoever set it'
const noLater = 'what is asked has no later deadline than the request, whatever timeout it is given'
const log = 'log does not throw, whatever the fields hold'

/** Call contexts that tell something else, or fail when they are told something. */
export const flawedTelling: readonly FlawedDouble<DispatcherUnderTest>[] = [
  altered('the message is without its payload', ['message is the request', takenOff], ({ message }) => ({
    message: { ...message, payload: undefined },
  })),
  altered('every attempt is the first', [place], () => ({ attempt: 1 })),
  altered('the tenant is not told', [place], () => ({ tenant: undefined })),
  altered('the session is not told', [place], () => ({ session: undefined })),
  altered('the run is not told', [place], () => ({ runId: undefined })),
  altered('the step is not told', [place], () => ({ step: undefined })),
  altered('who has no tenant is of one called undefined', [place], ({ message }) => ({
    tenant: String(message.tenant),
  })),
  ...(['newId', 'now', 'remainingMs', 'idempotencyKey', 'progress', 'budget', 'spend', 'ask'] as const).map((member) =>
    altered(`${member} works on the context only`, [takenOff], (call) => ({ [member]: onItsObject(call[member]) })),
  ),
  altered('each call counts its own ids', [newId], () => {
    let ids = 0
    return { newId: () => `id ${++ids}` }
  }),
  altered('an id may be empty', [newId], (call) => {
    let isFirst = true
    const ownId = call.newId
    return {
      newId: () => {
        const id = isFirst ? '' : ownId()
        isFirst = false
        return id
      },
    }
  }),
  altered('the time stands still', [now], ({ now: own }) => {
    const at = own()
    return { now: () => at }
  }),
  altered('the time is none', [now, untilDeadline, noLater], () => ({ now: () => Number.NaN })),
  altered('progress is written as JSON at once', [progress], () => ({ progress: (data) => void JSON.stringify(data) })),
  altered('progress is waited for', [progress], () => ({ progress: (async () => {}) as () => void })),
  altered('progress is refused when nobody waits', ['progress does not throw when nobody waits any more'], (call) => ({
    progress: () => call.signal.throwIfAborted(),
  })),
  altered('the log reads the fields before it is ready for them', [log], () => ({
    log: logger((fields) => void { ...fields }),
  })),
  altered('the log returns a promise', [levels], () => ({ log: logger((async () => {}) as Line) })),
  altered('the log has no debug', [levels, log, fieldsAsTheyAre], ({ log: own }) => ({
    log: { ...own, debug: undefined as never },
  })),
  altered('the log writes the agent into the fields', [fieldsAsTheyAre], () => ({
    log: logger(marked),
  })),
]

type Line = CallContext['log']['info']

function logger(line: Line): CallContext['log'] {
  return { debug: line, info: line, warn: line, error: line }
}

function marked(fields: object): void {
  try {
    Reflect.set(fields, 'agent', 'an-agent')
  } catch {
    // Throwing would be another flaw.
  }
}

/** A function that finds nothing of its own when it is called without its object. */
function onItsObject<Own extends (...given: never[]) => unknown>(own: Own): Own {
  return function (this: unknown, ...given: never[]) {
    if (this === undefined) throw failed('call.taken_off')
    return own(...given)
  } as Own
}
