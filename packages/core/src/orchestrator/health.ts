import { type AgentHealth, type AgentProtocol, type Clock, errorText, type WorkflowVersion } from '../ports/index.js'

/** Whether all is well, and how each agent that can tell is. */
export interface OrchestratorHealth {
  readonly ok: boolean
  readonly agents: Readonly<Record<string, AgentHealth>>
  readonly runs: RunsHealth
}

/** How runs are doing in this process, and in the store that it shares with others. */
export interface RunsHealth {
  /** How many are under way here. */
  readonly inFlight: number
  /** For how long the oldest of what waits to be stored has waited. */
  readonly oldestWaitingMs: number
  /** Whether the store answers; where it does not, why. */
  readonly store: AgentHealth
  /**
   * How many runs wait to be carried out, and are of workflow versions that this process does not know; counted up to 500. Where
   * no other process knows them either, they wait for ever.
   */
  readonly unclaimable: number
  /** The workflows of these runs, each with its version: `answer@2`. */
  readonly unclaimableWorkflows: readonly string[]
}

/** Where runs are carried out. */
export interface RunsAtWork {
  readonly inFlight: number
  readonly oldestWaitingMs: number
  unclaimable(): Promise<readonly WorkflowVersion[]>
}

/** So long something may wait to be stored before that counts as unwell. */
const longestWaitMs = 1_000

type AgentWithHealth = Pick<AgentProtocol, 'name' | 'health'>

/** Asks all agents, and the store, at once. Who does not answer in time, or throws, is not well. */
export async function checkHealth(
  agents: ReadonlyMap<string, AgentWithHealth>,
  atWork: RunsAtWork,
  clock: Clock,
  timeoutMs: number,
): Promise<OrchestratorHealth> {
  const [answers, runs] = await Promise.all([
    Promise.all(
      [...agents.values()].flatMap((agent) =>
        agent.health === undefined ? [] : [askAgent(agent, clock, timeoutMs).then((one) => [agent.name, one] as const)],
      ),
    ),
    askRuns(atWork, clock, timeoutMs),
  ])
  const ok = answers.every(([, one]) => one.ok) && runs.store.ok && runs.oldestWaitingMs < longestWaitMs
  return { ok, agents: Object.fromEntries(answers), runs }
}

async function askRuns(atWork: RunsAtWork, clock: Clock, timeoutMs: number): Promise<RunsHealth> {
  let waiting: readonly WorkflowVersion[] = []
  const store = await within(clock, timeoutMs, async () => {
    waiting = await atWork.unclaimable()
    return { ok: true }
  })
  const { inFlight, oldestWaitingMs } = atWork
  const unclaimableWorkflows = [...new Set(waiting.map(({ workflow, version }) => `${workflow}@${version}`))]
  return { inFlight, oldestWaitingMs, store, unclaimable: waiting.length, unclaimableWorkflows }
}

function askAgent(agent: AgentWithHealth, clock: Clock, timeoutMs: number): Promise<AgentHealth> {
  return within(clock, timeoutMs, async (signal) => {
    const { ok, reason } = (await agent.health?.({ signal })) ?? { ok: false, reason: 'no answer' }
    return reason === undefined ? { ok: ok === true } : { ok: ok === true, reason: String(reason) }
  })
}

async function within(
  clock: Clock,
  timeoutMs: number,
  ask: (signal: AbortSignal) => Promise<AgentHealth>,
): Promise<AgentHealth> {
  const controller = new AbortController()
  const { promise, resolve } = Promise.withResolvers<AgentHealth>()
  const timer = clock.schedule(
    timeoutMs,
    () => {
      resolve({ ok: false, reason: `no answer within ${timeoutMs} ms` })
      controller.abort()
    },
    true,
  )
  void ask(controller.signal).then(resolve, (error: unknown) => resolve({ ok: false, reason: errorText(error) }))
  const health = await promise
  timer.cancel()
  return health
}
