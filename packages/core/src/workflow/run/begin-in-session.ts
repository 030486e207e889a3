import { blamesStore, classify, endedStatuses, type Failure } from '../../ports/index.js'
import { bodyOf, type Ending, type Unfinished, valueOf } from '../journal/index.js'
import { idempotencyKeyOf } from '../../dispatch/index.js'
import { checked } from './contract.js'
import type { LiveRun } from './live-run.js'
import type { RunKeeper } from './run-keeper.js'
import { RunsAhead } from './runs-ahead.js'
import type { Turn } from './session-turns.js'
import { sessionKey } from './stored-run.js'

/** By this key the runs of a session take turns. */
export function turnKeyOf({ spec: { ref, session } }: LiveRun): string {
  return `session:${idempotencyKeyOf([ref.tenant, session])}`
}

/** Waits for the turn of a run; `wasFound`: it was not started just now. */
export function askForTurn(keeper: RunKeeper, run: LiveRun, wasFound: boolean): Promise<Turn | undefined> {
  const ahead = new RunsAhead(keeper, run)
  return keeper.sessions.wait(turnKeyOf(run), {
    name: run.spec.ref.id,
    wasFound,
    isWanted: () => !run.isOver,
    ahead: () => ahead.look(),
  })
}

/**
 * Begins a run of a session once it is its turn, if it has to wait for one: with the data with which it had begun, or else with
 * those that the run before it left. Without a session it has the data that a session begins with.
 */
export async function beginInSession(
  keeper: RunKeeper,
  run: LiveRun,
  turn: Promise<Turn | undefined> | undefined,
  data?: object,
): Promise<void> {
  try {
    if (turn !== undefined) {
      const own = await turn
      if (own === undefined) return
      void run.done.then(() => own.leave())
    }
    run.begin(data ?? (await dataFor(keeper, run)))
  } catch (error) {
    run.fail(error as Failure)
  }
}

/** The data with which it begins; they are recorded, for it has them again wherever it goes on. */
async function dataFor(keeper: RunKeeper, run: LiveRun): Promise<object> {
  const { definition, ref, session } = run.spec
  if (definition.session === undefined) return {}
  const latest = session === undefined ? {} : await latestData(keeper, run)
  const of = session === undefined ? 'no session' : `the session ${session}`
  const what = `The data of ${of}, with which ${definition.name} begins,`
  const data = (await checked(definition.session, latest, 'workflow.invalid_input', what)) as object
  const body = bodyOf(`The session of ${ref.id}`, data)
  run.journal.record({ key: sessionKey, kind: 'mark', body, attempt: 1 }, () => {})
  return data
}

/** What the newest run left that had got so far as to have any. */
async function latestData(keeper: RunKeeper, run: LiveRun): Promise<unknown> {
  const { store } = keeper
  const { definition, ref, session } = run.spec
  const query = { tenant: ref.tenant, workflow: definition.name, session, statuses: endedStatuses, limit: 10 }
  let after: string | undefined
  do {
    const { heads, next } = await patiently(keeper, run, () => store.list({ ...query, after }))
    for (const { output, failure } of heads) {
      const ended = valueOf(output ?? failure) as Ending | Unfinished | undefined
      if (ended?.session !== undefined) return ended.session
    }
    after = next
  } while (after !== undefined)
  return {}
}

/** Asks a store until it answers, or nobody wants to know any more. */
async function patiently<Answer>({ clock }: RunKeeper, run: LiveRun, ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const isPassing = classify(error) === 'retry' || blamesStore(error)
      if (!isPassing || run.isOver) throw error
      await new Promise<void>((resolve) => void clock.schedule(pauseMs, resolve, true))
    }
  }
}

const pauseMs = 100
